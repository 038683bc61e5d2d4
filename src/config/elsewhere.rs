//! What does the file say of what no Terraform file shows: VPCs that are made elsewhere, and whose account a provider acts in?

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Spanned;

use super::{Reader, Wrong, unknown};
use crate::diagnostic::nearest;
use crate::facts;

/// A VPC that is not in the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExternalVpc {
    pub id: Arc<str>,
    /// All its blocks.
    pub cidrs: Vec<IpNet>,
    pub region: Option<Arc<str>>,
    /// The number of its account.
    pub account: Option<Arc<str>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub uid: Arc<str>,
    /// The providers that act in it, such as `alicloud.network`.
    pub providers: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct External {
    pub vpc: Vec<WrittenVpc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenVpc {
    id: Spanned<String>,
    cidrs: Spanned<Vec<Spanned<String>>>,
    region: Option<Spanned<String>>,
    account: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAccount {
    uid: Spanned<String>,
    #[serde(default)]
    providers: Vec<Spanned<String>>,
}

impl Reader<'_> {
    pub(super) fn accounts(
        &self,
        written: &BTreeMap<String, WrittenAccount>,
    ) -> Result<BTreeMap<String, Account>, Wrong> {
        let mut accounts = BTreeMap::new();
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, account) in written {
            if !is_uid(account.uid.get_ref()) {
                let message =
                    format!("`{}` is no account; write its number, as in \"1234567890123456\"", account.uid.get_ref());
                return Err(self.wrong(&account.uid, &message));
            }
            for provider in &account.providers {
                let text = provider.get_ref().as_str();
                if text != "alicloud" && text.strip_prefix("alicloud.").is_none_or(str::is_empty) {
                    let alias = text.rsplit('.').next().unwrap_or(text);
                    let message = format!("`{text}` is no provider; write \"alicloud\" or \"alicloud.{alias}\"");
                    return Err(self.wrong(provider, &message));
                }
                if let Some(other) = owners.insert(text, name) {
                    let message = format!("`{text}` acts in `{other}` already; a provider acts in one account");
                    return Err(self.wrong(provider, &message));
                }
            }
            let providers = account.providers.iter().map(|provider| provider.get_ref().clone()).collect();
            accounts.insert(name.clone(), Account { uid: account.uid.get_ref().as_str().into(), providers });
        }
        Ok(accounts)
    }

    pub(super) fn external(
        &self,
        written: &[WrittenVpc],
        accounts: &BTreeMap<String, Account>,
    ) -> Result<Vec<ExternalVpc>, Wrong> {
        let mut external: Vec<ExternalVpc> = Vec::new();
        for vpc in written {
            let id = vpc.id.get_ref();
            if !id.starts_with("vpc-") {
                return Err(self.wrong(&vpc.id, &format!("`{id}` is not the id of a VPC, which begins with \"vpc-\"")));
            }
            if external.iter().any(|other| *other.id == **id) {
                return Err(self.wrong(&vpc.id, &format!("`{id}` is described twice; leave one of the two out")));
            }
            if vpc.cidrs.get_ref().is_empty() {
                return Err(
                    self.wrong(&vpc.cidrs, "a VPC has at least one block; write all it has, as in [\"10.0.0.0/16\"]")
                );
            }
            let cidrs = vpc.cidrs.get_ref().iter().map(|cidr| self.block(cidr)).collect::<Result<_, _>>()?;
            let region = vpc.region.as_ref().map(|region| self.region(region)).transpose()?;
            let account = vpc.account.as_ref().map(|account| self.account(account, accounts)).transpose()?;
            external.push(ExternalVpc { id: id.as_str().into(), cidrs, region, account });
        }
        Ok(external)
    }

    fn block(&self, cidr: &Spanned<String>) -> Result<IpNet, Wrong> {
        let text = cidr.get_ref();
        let net: IpNet = text
            .parse()
            .map_err(|_| self.wrong(cidr, &format!("`{text}` is no block; write it as in \"10.0.0.0/16\"")))?;
        if net != net.trunc() {
            return Err(
                self.wrong(cidr, &format!("bits beyond the mask of `{text}` are set; write \"{}\"", net.trunc()))
            );
        }
        Ok(net)
    }

    /// A region that is newer than the table is taken as it is, unless it looks like a slip.
    fn region(&self, region: &Spanned<String>) -> Result<Arc<str>, Wrong> {
        let text = region.get_ref();
        let known = || facts::regions().iter().map(|region| &*region.id);
        match known().any(|id| id == text) {
            false if nearest(text, known()).is_some() || !text.contains('-') => {
                Err(self.wrong(region, &unknown("region", text, known(), "write it as in \"cn-hangzhou\"")))
            }
            _ => Ok(text.as_str().into()),
        }
    }

    fn account(&self, account: &Spanned<String>, accounts: &BTreeMap<String, Account>) -> Result<Arc<str>, Wrong> {
        let text = account.get_ref();
        match accounts.get(text) {
            Some(known) => Ok(known.uid.clone()),
            None if is_uid(text) => Ok(text.as_str().into()),
            None => {
                let names = accounts.keys().map(String::as_str);
                Err(self.wrong(account, &unknown("account", text, names, "write its number, or name it in [accounts]")))
            }
        }
    }
}

fn is_uid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
