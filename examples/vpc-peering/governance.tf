locals {
  restriction = jsonencode({
    Version = "1"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["vpc:*VpcPeer*", "cdt:GetCdtServiceStatus"]
        Resource = "*"
      },
      {
        Effect   = "Deny"
        Action   = ["vpc:CreateVpcPeerConnection", "vpc:AcceptVpcPeerConnection"]
        Resource = "*"
        Condition = {
          StringNotEquals = {
            "acs:TargetRDId" = [var.resource_directory]
          }
        }
      },
    ]
  })
}

# Each account restricts its own users.
resource "alicloud_ram_policy" "requester" {
  provider        = alicloud.requester
  policy_name     = "peering-inside-the-organization"
  policy_document = local.restriction
}

resource "alicloud_ram_policy" "accepter" {
  provider        = alicloud.accepter
  policy_name     = "peering-inside-the-organization"
  policy_document = local.restriction
}

resource "alicloud_cms_alarm_contact" "network" {
  provider           = alicloud.requester
  alarm_contact_name = "network"
  describe           = "who looks after connections"
  channels_mail      = var.alarm_mail[0]

  lifecycle {
    ignore_changes = [channels_mail]
  }
}

resource "alicloud_cms_alarm_contact_group" "network" {
  provider                 = alicloud.requester
  alarm_contact_group_name = "network"
  contacts                 = [alicloud_cms_alarm_contact.network.id]
}

# 80 % of the bandwidth, for two minutes.
resource "alicloud_cms_alarm" "peering" {
  provider       = alicloud.requester
  name           = "peering-bandwidth"
  project        = "acs_vpcpeer"
  metric         = "IntranetRX"
  period         = 60
  contact_groups = [alicloud_cms_alarm_contact_group.network.alarm_contact_group_name]

  metric_dimensions = jsonencode([{ instanceId = module.peering.id }])

  escalations_critical {
    statistics          = "Sum"
    comparison_operator = ">="
    threshold           = var.bandwidth * 1024 * 1024 / 8 * 60 * 0.8
    times               = 2
  }
}
