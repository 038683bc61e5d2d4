output "dns_name" {
  description = "Ask this name from a server in the load balancer's VPC."
  value       = module.frontend.dns_name
}
