output "names" {
  description = "What hosts of both sites can ask for."
  value       = [for record in alicloud_pvtz_zone_record.service : "${record.rr}.${var.zone_name}"]
}
