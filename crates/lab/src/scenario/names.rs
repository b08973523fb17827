//! The names that a script gives and uses.

use crate::command::{Command, PartitionName, Who};
use crate::condition::{Condition, Name};
use highwater_core::config;
use highwater_core::ids::NodeId;
use highwater_core::setup::Setup;

type Result<T> = std::result::Result<T, String>;

/// Every name that a script may use.
pub(super) struct Names {
    setup: Setup,
    records: Vec<String>,
    called: Vec<String>,
    cues: Vec<String>,
}

impl Names {
    pub(super) fn new(setup: &Setup) -> Self {
        Names { setup: setup.clone(), records: Vec::new(), called: Vec::new(), cues: Vec::new() }
    }

    /// A cue's name, which no other cue has.
    pub(super) fn add_cue(&mut self, id: String) -> Result<String> {
        if self.cues.contains(&id) {
            return Err(format!("`{id}` is used twice"));
        }
        self.cues.push(id.clone());
        Ok(id)
    }

    /// The names that a command gives to records and nodes. A record's is its alone.
    pub(super) fn add_names_of(&mut self, command: &Command) -> Result<()> {
        if let Some(name) = command.sends() {
            if self.records.iter().any(|known| known == name) {
                return Err(format!("`{name}` is used twice"));
            }
            self.records.push(name.into());
        }
        if let Command::Process { name: Some(name), .. } = command {
            self.called.push(name.clone());
        }
        Ok(())
    }

    pub(super) fn check_record(&self, name: &str) -> Result<()> {
        let of_workload = || {
            self.setup.producers.iter().any(|p| p.workload.is_some())
                && name.strip_prefix('m').is_some_and(|n| n.parse::<u32>().is_ok())
        };
        if self.records.iter().any(|known| known == name) || of_workload() {
            return Ok(());
        }
        Err(format!("no command sends a record called {name}"))
    }

    fn check_partition(&self, name: &PartitionName) -> Result<()> {
        if self.setup.topics.iter().any(|topic| topic.name == name.topic) {
            return Ok(());
        }
        Err(format!("there is no topic {}", name.topic))
    }

    fn check_who(&self, who: &Who) -> Result<()> {
        match who {
            Who::Node(node) if self.setup.has(*node) => Ok(()),
            Who::Node(node) => Err(format!("there is no {node}")),
            Who::LeaderOf(partition) | Who::FollowerOf(partition, _) => self.check_partition(partition),
            Who::CoordinatorOf(group) => {
                if self.setup.consumers.iter().any(|c| c.group == *group) {
                    return Ok(());
                }
                Err(format!("there is no group {group}"))
            }
            Who::Called(name) if self.called.contains(name) => Ok(()),
            Who::Called(name) => Err(format!("nothing is called {name}")),
        }
    }

    pub(super) fn check_condition(&self, condition: &Condition) -> Result<()> {
        condition.names().try_for_each(|name| match name {
            Name::Record(record) => self.check_record(record),
            Name::Partition(partition) => self.check_partition(partition),
            Name::Who(who) => self.check_who(who),
            Name::Cue(id) if self.cues.iter().any(|known| known == id) => Ok(()),
            Name::Cue(id) => Err(format!("no cue has the id {id}")),
        })
    }

    pub(super) fn check_command(&self, command: &Command) -> Result<()> {
        let topic = |name: &str| {
            if self.setup.topics.iter().any(|topic| topic.name == name) {
                return Ok(());
            }
            Err(format!("there is no topic {name}"))
        };
        match command {
            Command::Send { producer, topic: name, .. } => {
                self.check_who(&Who::Node(NodeId::Producer(*producer)))?;
                topic(name)
            }
            Command::AddPartitions { topic: name, .. } => topic(name),
            Command::Elect { partition, .. } => self.check_partition(partition),
            Command::Set { name, value, .. } => config::find(name)
                .and_then(|setting| setting.parse(value))
                .map(|_| ())
                .map_err(|e| e.to_string()),
            other => other.whos().into_iter().try_for_each(|who| self.check_who(who)),
        }
    }
}
