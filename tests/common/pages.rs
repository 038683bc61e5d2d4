//! The configurations of the rule pages.

/// One configuration of a page, and where the page shows its output.
pub struct Example {
    pub section: String,
    pub files: Vec<(String, String)>,
    /// Byte range of the output's text in the page.
    pub output: Option<std::ops::Range<usize>>,
}

/// The configurations of a page in order: fenced `hcl` and `json` blocks up to an `output` block or the next heading.
pub fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut section = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut fence: Option<(String, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let text = line.trim_end();
        match &fence {
            Some((info, from)) if text == "```" => {
                let range = *from..start;
                match info.as_str() {
                    "output" => examples.push(Example {
                        section: section.clone(),
                        files: std::mem::take(&mut files),
                        output: Some(range),
                    }),
                    info if info.starts_with("hcl") || info.starts_with("json") => {
                        let name = info.split_once("file=").map_or("main.tf", |(_, name)| name);
                        files.push((name.trim().to_owned(), page[range].to_owned()));
                    }
                    _ => {}
                }
                fence = None;
            }
            Some(_) => {}
            None if text.starts_with("```") => fence = Some((text[3..].to_owned(), at)),
            None if text.starts_with("## ") || text.starts_with("### ") => {
                if !files.is_empty() {
                    let files = std::mem::take(&mut files);
                    examples.push(Example { section: section.clone(), files, output: None });
                }
                if let Some(title) = text.strip_prefix("## ") {
                    section = title.to_owned();
                }
            }
            None => {}
        }
    }
    if !files.is_empty() {
        examples.push(Example { section, files, output: None });
    }
    examples
}
