//! All the mocks at hand.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::FILES;
use super::case::{About, MockCase};
use crate::dialect;
use crate::problem::{Problem, nearest};
use crate::scalar::read_yaml;

/// The mocks, by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    cases: BTreeMap<String, Arc<MockCase>>,
}

impl Library {
    /// The mocks compiled into the binary.
    ///
    /// # Errors
    /// Problems of a built-in mock are bugs; a test holds that there are none.
    pub fn builtin() -> Result<Self, Vec<Problem>> {
        Self::from_files(FILES.iter().map(|(path, bytes)| ((*path).to_owned(), Bytes::from_static(bytes))))
    }

    /// Reads mocks from files, each named by its path under the mocks folder.
    ///
    /// # Errors
    /// Every problem found, each with its file.
    pub fn from_files(files: impl IntoIterator<Item = (String, Bytes)>) -> Result<Self, Vec<Problem>> {
        let mut folders: BTreeMap<String, BTreeMap<String, Bytes>> = BTreeMap::new();
        for (path, bytes) in files {
            let Some((folder, file)) = path.rsplit_once('/') else { continue };
            folders.entry(folder.to_owned()).or_default().insert(file.to_owned(), bytes);
        }
        let mut library = Self::default();
        let mut problems = Vec::new();
        for (id, files) in folders {
            match read_case(&id, &files) {
                Ok(case) => {
                    library.cases.insert(id, Arc::new(case));
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(library) } else { Err(problems) }
    }

    /// The mock of that id.
    ///
    /// # Errors
    /// A problem that names the nearest id.
    pub fn find(&self, id: &str) -> Result<Arc<MockCase>, Problem> {
        self.cases.get(id).cloned().ok_or_else(|| {
            let problem = Problem::new(format!("there is no mock `{id}`"));
            match nearest(id, self.cases.keys().map(String::as_str)) {
                Some(near) => {
                    problem.hint(format!("did you mean `{near}`? (`provoke list mocks` shows all)"))
                }
                None => problem.hint("`provoke list mocks` shows all"),
            }
        })
    }

    /// Every mock, by id.
    pub fn iter(&self) -> impl Iterator<Item = &MockCase> {
        self.cases.values().map(AsRef::as_ref)
    }

    /// These mocks and, where ids are equal in place of them, those of `other`.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.cases.extend(other.cases);
        self
    }
}

fn read_case(id: &str, files: &BTreeMap<String, Bytes>) -> Result<MockCase, Problem> {
    let file = format!("mocks/{id}/about.yaml");
    let name = id.split('/').next().unwrap_or_default();
    let dialect = dialect::codec(name).ok_or_else(|| {
        if dialect::by_id(name).is_some() {
            let problem = Problem::new(format!("`{name}` is read here, and not served"));
            return problem.in_file(&file).hint("`provoke list dialects` shows which are served");
        }
        let hint = match nearest(name, dialect::spoken().iter().map(|dialect| dialect.id())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`provoke list dialects` shows all".to_owned(),
        };
        Problem::new(format!("`{name}` is no dialect")).in_file(&file).hint(hint)
    })?;
    let about = files.get("about.yaml").ok_or_else(|| {
        Problem::new("this mock has no about.yaml")
            .in_file(&file)
            .hint("say what it stands for and where its shape is from")
    })?;
    let about: About = read_yaml(&String::from_utf8_lossy(about), &file)?;
    let case = MockCase {
        id: id.to_owned(),
        dialect,
        about,
        stream: files.get("response.sse").cloned(),
        whole: files.get("response.json").cloned(),
        layout: OnceLock::new(),
    };
    if case.stream.is_none() && case.whole.is_none() {
        return Err(Problem::new("this mock answers nothing")
            .in_file(&file)
            .hint("put a response.sse or a response.json beside it"));
    }
    Ok(case)
}
