//! Where a repository comes from, as its `.git` says: read, never asked of git.

use std::path::{Path, PathBuf};

use crate::report::sarif::Origin;

pub fn origin(top: &Path) -> Option<Origin> {
    let git = git_directory(&top.join(".git"))?;
    // A linked work tree shares the configuration and the references of the main one.
    let shared = std::fs::read_to_string(git.join("commondir")).ok();
    let shared = shared.map_or_else(|| git.clone(), |path| git.join(path.trim()));
    let config = std::fs::read_to_string(shared.join("config")).ok()?;
    let repository = address(remote(&config)?)?;
    let head = std::fs::read_to_string(git.join("HEAD")).unwrap_or_default();
    let head = head.trim();
    let reference = head.strip_prefix("ref: ");
    let revision = match reference {
        Some(reference) => std::fs::read_to_string(shared.join(reference))
            .map(|text| text.trim().to_owned())
            .ok()
            .or_else(|| packed(&std::fs::read_to_string(shared.join("packed-refs")).ok()?, reference)),
        None => Some(head.to_owned()),
    };
    Some(Origin {
        repository,
        revision: revision.filter(|revision| revision.len() >= 40 && revision.bytes().all(|b| b.is_ascii_hexdigit())),
        branch: reference.and_then(|reference| reference.strip_prefix("refs/heads/")).map(str::to_owned),
    })
}

fn git_directory(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let text = std::fs::read_to_string(path).ok()?;
    Some(path.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The address of the remote `origin`.
fn remote(config: &str) -> Option<&str> {
    let mut inside = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == "url"
        {
            return Some(value.trim());
        }
    }
    None
}

/// A remote as an address that a browser can open, without user, password or token.
fn address(remote: &str) -> Option<String> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest.to_owned()),
        Some(("ssh" | "git", rest)) => ("https", rest.to_owned()),
        Some(_) => return None,
        // The short form `user@host:path`.
        None => ("https", remote.split_once(':').map(|(host, path)| format!("{host}/{path}"))?),
    };
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = if scheme == "https" && !remote.starts_with("https") { host.split(':').next()? } else { host };
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    (!host.is_empty() && plain(host) && plain(path))
        .then(|| format!("{scheme}://{host}/{}", path.strip_suffix(".git").unwrap_or(path).trim_matches('/')))
}

fn packed(references: &str, wanted: &str) -> Option<String> {
    references
        .lines()
        .find_map(|line| line.split_once(' ').filter(|(_, name)| *name == wanted))
        .map(|(id, _)| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_no_user() {
        for remote in [
            "https://github.com/acme/net.git",
            "https://token:x@github.com/acme/net",
            "https://x@github.com/acme/net?a=b",
            "git@github.com:acme/net.git",
            "ssh://git@github.com:22/acme/net.git",
        ] {
            assert_eq!(address(remote).as_deref(), Some("https://github.com/acme/net"), "{remote}");
        }
        for remote in ["/srv/git/net.git", "file:///srv/net.git", "../net", "C:\\net"] {
            assert_eq!(address(remote), None, "{remote}");
        }
    }

    #[test]
    fn the_remote_named_origin_counts() {
        let config =
            "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = a\n[remote \"origin\"]\n\turl = b\n\tfetch = c\n";
        assert_eq!(remote(config), Some("b"));
        assert_eq!(packed("# pack\n12ab refs/heads/main\n", "refs/heads/main").as_deref(), Some("12ab"));
    }
}
