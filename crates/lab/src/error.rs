//! What can go wrong, as values.

use highwater_core::config::ConfigError;
use highwater_core::error::Refused;
use highwater_core::setup::SetupError;
use std::fmt;

/// A lesson file that cannot be used: where and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1; 0 where no line is to blame.
    pub line: usize,
    /// The field, such as `script[2].do`; empty where the file is not even TOML.
    pub field: String,
    /// What is wrong, without a full stop.
    pub reason: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.reason)
    }
}
impl std::error::Error for ScenarioError {}

/// What the lab cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabError {
    /// The lesson file is wrong.
    Scenario(ScenarioError),
    /// A setting's name or value is not accepted.
    Config(ConfigError),
    /// The cluster cannot be built.
    Setup(SetupError),
    /// An action is not possible.
    Refused(Refused),
    /// There is no branch with this number.
    NoSuchBranch(usize),
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabError::Scenario(e) => e.fmt(f),
            LabError::Config(e) => e.fmt(f),
            LabError::Setup(e) => e.fmt(f),
            LabError::Refused(e) => e.fmt(f),
            LabError::NoSuchBranch(n) => write!(f, "there is no branch {n}"),
        }
    }
}
impl std::error::Error for LabError {}

impl From<ScenarioError> for LabError {
    fn from(e: ScenarioError) -> Self {
        LabError::Scenario(e)
    }
}
impl From<ConfigError> for LabError {
    fn from(e: ConfigError) -> Self {
        LabError::Config(e)
    }
}
impl From<SetupError> for LabError {
    fn from(e: SetupError) -> Self {
        LabError::Setup(e)
    }
}
impl From<Refused> for LabError {
    fn from(e: Refused) -> Self {
        LabError::Refused(e)
    }
}
