//! `new`: a complete service in a directory of its own.

use std::path::{Path, PathBuf};

use super::INSTALL_UV;
use super::option_args::OptionArgs;
use crate::ask::{Ask, Question};
use crate::catalog::{OPTIONS, OptionSpec};
use crate::error::{Error, Result};
use crate::model::{
    Author, BASE, MANIFEST, Manifest, Options, ProjectName, RECORD, Repository, Text, base, record,
};
use crate::plan::Draft;
use crate::render;
use crate::shell::{shell_line, shell_word};
use crate::tree::{File, RelPath};

/// Create a complete service
///
/// Writes a FastAPI service with its tests, database migrations, workers and delivery files. Nothing
/// is downloaded. The directory appears whole or not at all.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Name of the project: letters, digits, `-` and `_`, beginning with a letter
    pub name: String,

    /// Where to create it [default: ./NAME]
    pub path: Option<PathBuf>,

    /// What the service is, in a sentence
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,

    /// Who it is by: `Jane Doe <jane@example.com>` [default: from git config]
    #[arg(long, value_name = "TEXT")]
    pub author: Option<String>,

    /// Where code and images are published [default: NAME/NAME]
    #[arg(long, value_name = "OWNER/NAME")]
    pub repository: Option<String>,

    /// The options of the catalogue.
    #[command(flatten)]
    pub options: OptionArgs,

    /// Do not make a git repository with a first commit
    #[arg(long)]
    pub no_git: bool,

    /// Install the dependencies, lock them, and let git run the checks before each commit
    #[arg(long)]
    pub install: bool,
}

/// What is to be done about version control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Git {
    /// Nothing: not wanted, not installed, or already inside a repository.
    Leave,
    /// Make a repository, and leave the commit to a user whom git does not know.
    Init,
    /// Make a repository with a first commit.
    Commit,
}

/// What the machine lends a new project.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The author whom git knows.
    pub author: Option<String>,
    /// What is to be done about version control.
    pub git: Git,
    /// Whether `uv` can be run.
    pub has_uv: bool,
    /// Whether `just` can be run.
    pub has_just: bool,
}

/// Everything that decides what a new project is.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is recorded in the project.
    pub manifest: Manifest,
    /// The directory to create, as the user would name it.
    pub path: PathBuf,
    /// Whether to install its dependencies.
    pub install: bool,
    /// What is around it.
    pub surroundings: Surroundings,
}

impl Args {
    /// Returns the directory to create.
    pub fn target(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(|| PathBuf::from(&self.name))
    }

    /// Asks for what was not given: at most six questions.
    ///
    /// # Errors
    /// Fails where a question cannot be put, or was interrupted.
    pub fn complete(&mut self, ask: &mut dyn Ask) -> Result<()> {
        let name = ProjectName::parse(&self.name)?;
        if self.description.is_none() {
            let question =
                Question { ask: "What is it?", why: "a sentence for README and package" };
            let check = |text: &str| Text::parse("description", text).map(drop);
            self.description = Some(ask.text(question, &default_description(&name), &check)?);
        }
        if self.repository.is_none() {
            let why = "OWNER/NAME, in image names and links";
            let question = Question { ask: "Where is it published?", why };
            let check = |text: &str| Repository::parse(text).map(drop);
            self.repository = Some(ask.text(question, &default_repository(&name), &check)?);
        }
        for option in OPTIONS {
            let OptionSpec { name, question: Some((question, why)), values, .. } = *option else {
                continue;
            };
            if !self.options.has(name) {
                let answer = ask.choose(Question { ask: question, why }, values)?;
                self.options.0.push((name, answer));
            }
        }
        Ok(())
    }

    /// Checks the arguments and fills in what was not given.
    ///
    /// # Errors
    /// Fails with exit code 2 for a value that cannot be used, with 4 where `uv` is wanted and absent.
    pub fn request(&self, surroundings: Surroundings) -> Result<Request> {
        let name = ProjectName::parse(&self.name)?;
        if self.install && !surroundings.has_uv {
            let error =
                Error::not_applied("`--install` needs `uv`, which is not on the search path");
            return Err(error.hint(INSTALL_UV));
        }
        let or = |given: &Option<String>, default: String| given.clone().unwrap_or(default);
        let mut options = Options::default();
        for (option, value) in &self.options.0 {
            options.set(option, value)?;
        }
        options.check()?;
        let author = or(&self.author, default_author(&name, &surroundings));
        let manifest = Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: Text::parse(
                "description",
                &or(&self.description, default_description(&name)),
            )?,
            author: Author::parse(&author)?,
            repository: Repository::parse(&or(&self.repository, default_repository(&name)))?,
            name,
            options,
        };
        Ok(Request { manifest, path: self.target(), install: self.install, surroundings })
    }

    /// Returns the command that needs no question to do the same.
    pub fn equivalent(&self) -> String {
        let mut words = vec!["ddd-forge".to_owned(), "new".to_owned(), self.name.clone()];
        words.extend(self.path.iter().map(|path| path.display().to_string()));
        let mut flag = |name: &str, value: &Option<String>| {
            words.extend(value.iter().flat_map(|value| [format!("--{name}"), value.clone()]));
        };
        flag("description", &self.description);
        flag("author", &self.author);
        flag("repository", &self.repository);
        words.extend(self.options.words());
        words.extend(self.install.then(|| "--install".to_owned()));
        words.extend(self.no_git.then(|| "--no-git".to_owned()));
        words.push("--yes".to_owned());
        shell_line(&words)
    }
}

impl Request {
    /// Returns what will be made, a line for each thing that was chosen.
    pub fn summary(&self) -> String {
        let Manifest { name, description, author, repository, options, .. } = &self.manifest;
        let mut rows = vec![
            ("project", format!("{} in `{}`", name.as_str(), self.path.display())),
            ("description", description.as_str().to_owned()),
            ("author", author.to_string()),
            ("repository", repository.as_str().to_owned()),
        ];
        rows.extend(options.iter().map(|(option, value)| (option.name, value.to_owned())));
        rows.iter().map(|(name, value)| format!("  {name:<14} {value}\n")).collect()
    }
}

fn default_description(name: &ProjectName) -> String {
    format!("{}, a FastAPI service", name.title())
}

/// An author whom git knows by something we cannot use is as good as unknown.
fn default_author(name: &ProjectName, surroundings: &Surroundings) -> String {
    let known = surroundings.author.clone().filter(|author| Author::parse(author).is_ok());
    known.unwrap_or_else(|| format!("{} developers", name.title()))
}

fn default_repository(name: &ProjectName) -> String {
    let slug = name.slug();
    let owner = slug.get(..39).unwrap_or(&slug).trim_end_matches('-');
    format!("{owner}/{slug}")
}

/// Plans the files of a new project, its first commit, and what is then left to do.
///
/// # Errors
/// Fails where the tree cannot be read.
pub fn plan(request: &Request, draft: &mut Draft<'_>) -> Result<()> {
    let mut files = render::project(&request.manifest)?;
    files.insert(RelPath::parse(MANIFEST)?, File::text(request.manifest.to_toml()));
    let record = File::text(record(&files));
    let base = File::binary(base(&files));
    files.insert(RelPath::parse(RECORD)?, record);
    files.insert(RelPath::parse(BASE)?, base);
    for (path, file) in files {
        draft.create(path, file, "the new project")?;
    }
    plan_steps(request, draft);
    plan_next(request, draft);
    Ok(())
}

fn plan_steps(request: &Request, draft: &mut Draft<'_>) {
    let git = request.surroundings.git;
    if git != Git::Leave {
        let init = ["git", "-c", "init.defaultBranch=main", "init", "--quiet"];
        draft.step("make a git repository", &init);
    }
    if request.install {
        // The lock file belongs to the first commit.
        draft.step("install the dependencies", &["uv", "run", "just", "install"]);
    }
    if git == Git::Commit {
        draft.step("add the files to git", &["git", "add", "--all"]);
        // The user's hooks and signing are for the user's commits.
        let quiet = ["-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false"];
        let commit = ["commit", "--quiet", "--no-verify", "--message", "chore: create the service"];
        draft.step("make the first commit", &[&["git"], &quiet[..], &commit[..]].concat());
    }
    if request.install && git != Git::Leave {
        draft.step("let git run the checks", &["uv", "run", "just", "prek-install"]);
    }
}

fn plan_next(request: &Request, draft: &mut Draft<'_>) {
    let Surroundings { git, has_uv, has_just, .. } = request.surroundings;
    if request.path != Path::new(".") {
        draft.next(format!("cd {}", shell_word(&request.path.display().to_string())));
    }
    if git == Git::Init {
        draft.next("git add --all && git commit --message 'chore: create the service'");
    }
    if !has_uv {
        draft.next(INSTALL_UV);
    }
    draft.next(if has_just { "just up" } else { "uv run just up" });
    if !request.install || git == Git::Leave {
        draft.next("git add uv.lock && git commit --message 'build: lock the dependencies'");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Answer;
    use crate::tree::MemoryTree;

    fn args(name: &str) -> Args {
        let name = name.to_owned();
        let (path, description, author, repository) = (None, None, None, None);
        let options = OptionArgs::default();
        let (no_git, install) = (false, false);
        Args { name, path, description, author, repository, options, no_git, install }
    }

    fn surroundings() -> Surroundings {
        Surroundings { author: None, git: Git::Commit, has_uv: true, has_just: true }
    }

    /// Answers every question with what is offered, and keeps the questions.
    struct Agree(Vec<String>);

    impl Ask for Agree {
        fn text(
            &mut self,
            question: Question<'_>,
            default: &str,
            check: &dyn Fn(&str) -> Result<()>,
        ) -> Result<String> {
            self.0.push(question.ask.to_owned());
            check(default).map(|()| default.to_owned())
        }

        fn choose(&mut self, question: Question<'_>, values: &[&str]) -> Result<String> {
            self.0.push(question.ask.to_owned());
            Ok(values[0].to_owned())
        }

        fn confirm(&mut self, _: &str) -> Result<bool> {
            Ok(true)
        }

        fn agree(&mut self, _: &str) -> Result<Answer> {
            Ok(Answer::Yes)
        }
    }

    #[test]
    fn agreeing_to_every_question_gives_the_default_project() {
        let mut asked = args("shop");
        let mut ask = Agree(Vec::new());
        asked.complete(&mut ask).unwrap();
        assert_eq!(ask.0.len(), 6, "{:?}", ask.0);
        let plain = args("shop").request(surroundings()).unwrap();
        assert_eq!(asked.request(surroundings()).unwrap().manifest, plain.manifest);
    }

    #[test]
    fn what_was_given_is_not_asked() {
        let mut given = args("shop");
        given.description = Some("It's a shop".to_owned());
        given.options.0.push(("license", "proprietary".to_owned()));
        let mut ask = Agree(Vec::new());
        given.complete(&mut ask).unwrap();
        assert_eq!(ask.0.len(), 4, "{:?}", ask.0);
        let command = given.equivalent();
        assert!(
            command.starts_with("ddd-forge new shop --description 'It'\\''s a shop'"),
            "{command}"
        );
        assert!(command.contains(" --license proprietary --auth clerk,api-key "), "{command}");
    }

    #[test]
    fn the_defaults_of_every_name_are_valid() {
        for name in ["a", &"a".repeat(63), &format!("{}-b", "a".repeat(38))] {
            args(name).request(surroundings()).unwrap();
        }
    }

    #[test]
    fn the_same_request_plans_the_same_bytes() {
        let plan = || {
            let tree = MemoryTree::default();
            let mut draft = Draft::new(&tree);
            super::plan(&args("shop").request(surroundings()).unwrap(), &mut draft).unwrap();
            draft.finish().unwrap()
        };
        assert_eq!(plan(), plan());
    }

    #[test]
    fn what_was_applied_is_not_planned_again() {
        let request = args("shop").request(surroundings()).unwrap();
        let plan = |tree: &MemoryTree| {
            let mut draft = Draft::new(tree);
            super::plan(&request, &mut draft).unwrap();
            draft.finish().unwrap()
        };
        let first = plan(&MemoryTree::default());
        let files =
            first.changes.into_iter().filter_map(|change| Some((change.path, change.after?)));
        assert!(plan(&MemoryTree(files.collect())).is_empty());
    }

    #[test]
    fn a_manifest_gives_its_project_again() {
        let request = args("shop").request(surroundings()).unwrap();
        let read = Manifest::parse(&request.manifest.to_toml()).unwrap();
        assert_eq!(render::project(&read).unwrap(), render::project(&request.manifest).unwrap());
    }
}
