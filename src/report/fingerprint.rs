//! What stays the same about a finding when lines move: the rule, the root, the resources, and the key its rule names.

use sha2::{Digest, Sha256};

use super::{Report, RootFinding};
use crate::diagnostic::QUOTA_EXCEEDED;

impl Report {
    pub fn fingerprint(&self, found: &RootFinding) -> String {
        let finding = &found.finding;
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        add(finding.rule);
        let root = found.roots.first();
        add(&root.map(|root| self.in_repository(root)).unwrap_or_default());
        match &finding.address {
            // Its key names the scope; which things are counted in it changes all the time.
            _ if finding.rule == QUOTA_EXCEEDED => {}
            Some(address) => {
                add(address);
                let mut related: Vec<&str> =
                    finding.related.iter().filter_map(|related| related.address.as_deref()).collect();
                related.sort_unstable();
                related.dedup();
                related.iter().for_each(|address| add(address));
            }
            None => {
                if let Some(place) = finding.place {
                    let file = self.files.get(place.file);
                    add(&self.in_repository(&file.path));
                    add(file.line(file.position(place.start).line).trim());
                }
            }
        }
        add(&finding.key);
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
