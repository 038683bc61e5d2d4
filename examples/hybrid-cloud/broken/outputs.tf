output "border_routers" {
  value = { for name, line in module.line : name => line.border_router_id }
}

output "endpoint" {
  value = module.endpoint.domain
}
