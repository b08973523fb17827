//! Proof of shape: from the first lesson's setup, every placement of up to two faults after any action is tried.
//!
//! Under acks=1 the shortest schedule that loses an acknowledged record is found; under acks=all with
//! min.insync.replicas=2 and clean elections there is none.

use highwater_core::action::{Action, Crash, Intervention, Send};
use highwater_core::cluster::Cluster;
use highwater_core::event::Event;
use highwater_core::ids::{BrokerId, NodeId, TopicId};
use highwater_core::time::{MS, Micros};
use highwater_lab::command::Command;
use highwater_lab::hash::stable_hash;
use highwater_lab::ledger::Ledger;
use highwater_lab::lessons;
use std::collections::HashSet;
use std::time::Instant;

/// Faults are placed within this span from the moment m5 is sent …
const WINDOW: Micros = 700 * MS;
/// … and what they lead to is watched for this long after the window.
const AFTERMATH: Micros = 700 * MS;

/// A cluster and its judge.
#[derive(Clone)]
struct World {
    cluster: Cluster,
    ledger: Ledger,
    steps: usize,
}

impl World {
    fn act(&mut self, action: &Action, events: &mut Vec<Event>) -> bool {
        events.clear();
        if self.cluster.step(action, events).is_err() {
            return false;
        }
        for event in events.iter() {
            self.ledger.observe(event);
        }
        true
    }

    /// What happens next happens.
    fn step(&mut self, events: &mut Vec<Event>) {
        if let Some((_, action)) = self.cluster.next_action() {
            self.act(&action, events);
            self.steps += 1;
        }
    }

    fn run_until(&mut self, at: Micros, events: &mut Vec<Event>) {
        while self.cluster.next_action().is_some_and(|(next, _)| next <= at) {
            self.step(events);
        }
        self.cluster.wait_until(at);
    }

    fn has_lost(&self) -> bool {
        self.ledger.counts().lost > 0
    }

    fn send(&mut self, events: &mut Vec<Event>) {
        let send = Send { producer: 1, topic: TopicId(0), partition: None, key: None, value_size: 100 };
        assert!(self.act(&Action::Do(Intervention::Send(send)), events));
    }
}

/// The first lesson's cluster right after the application sent m5: m1 to m4 are on all brokers, the followers' next
/// fetches are on their way. Sessions are short, so that elections come soon.
fn world(settings: &[(&str, &str)]) -> World {
    let mut setup = lessons::ALL[0].scenario().expect("the lesson can be read").setup;
    let quick = [("broker.heartbeat.interval.ms", "100"), ("broker.session.timeout.ms", "350")];
    for (name, value) in quick.iter().chain(settings) {
        setup = setup.set(name, value).unwrap_or_else(|e| panic!("{e}"));
    }
    let cluster = Cluster::new(&setup).unwrap_or_else(|e| panic!("{e}"));
    let ledger = Ledger::new(&cluster);
    let mut world = World { cluster, ledger, steps: 0 };
    let mut events = Vec::new();
    for at in [4_000, 4_200, 4_400, 4_600] {
        world.run_until(at * MS, &mut events);
        world.send(&mut events);
    }
    // The last record is on all brokers at 4631 ms; half a second later the parked fetches are answered.
    world.run_until(5_138 * MS, &mut events);
    assert_eq!(world.ledger.counts().safe, 4);
    world.send(&mut events);
    world.steps = 0;
    world
}

/// Everything that can break.
fn faults(cluster: &Cluster) -> Vec<Intervention> {
    let roster = cluster.roster();
    let broker = |id: BrokerId| NodeId::Broker(id);
    let mut faults = Vec::new();
    for id in roster.broker_ids() {
        for crash in [Crash::Process, Crash::Power] {
            faults.push(Intervention::Crash { node: broker(id), crash });
        }
        let later = roster.broker_ids().filter(|other| *other > id).map(broker);
        for to in later.chain([NodeId::Controller, NodeId::Producer(1)]) {
            faults.push(Intervention::Cut { from: broker(id), to, both_ways: true });
        }
    }
    faults.extend(cluster.network().in_flight().map(|envelope| Intervention::Drop(envelope.id.0)));
    faults.retain(|fault| cluster.check(fault).is_ok());
    faults
}

/// A fault and how many actions came before it.
type Schedule = Vec<(usize, String)>;

#[derive(Default)]
struct Search {
    seen: HashSet<(u64, usize)>,
    tried: u32,
    repeated: u32,
    actions: usize,
    /// The schedule with the fewest faults, then actions, that loses an acknowledged record.
    shortest: Option<(usize, usize, Schedule)>,
}

impl Search {
    /// Tries the world as it is, and with up to `left` more faults after any action.
    fn explore(&mut self, mut world: World, left: usize, schedule: &mut Schedule, start: Micros) {
        let mut events = Vec::new();
        self.tried += 1;
        let first_step = world.steps;
        loop {
            if world.has_lost() {
                let found = (schedule.len(), world.steps, schedule.clone());
                if self.shortest.as_ref().is_none_or(|best| (found.0, found.1) < (best.0, best.1)) {
                    self.shortest = Some(found);
                }
                break;
            }
            let next = world.cluster.next_action().map_or(Micros::MAX, |(at, _)| at);
            if next > start + WINDOW + AFTERMATH {
                break;
            }
            if left > 0 && world.cluster.now() <= start + WINDOW {
                for fault in faults(&world.cluster) {
                    let mut broken = world.clone();
                    if !broken.act(&Action::Do(fault.clone()), &mut events) {
                        continue;
                    }
                    // What the application was told is history, and no part of the cluster: the counts tell it apart.
                    let state = stable_hash(&(&broken.cluster, broken.ledger.counts()));
                    if !self.seen.insert((state, left)) {
                        self.repeated += 1;
                        continue;
                    }
                    let words = Command::of(&fault, world.cluster.metadata());
                    schedule.push((world.steps, words.map_or_else(String::new, |words| words.to_string())));
                    self.explore(broken, left - 1, schedule, start);
                    schedule.pop();
                }
            }
            world.step(&mut events);
        }
        self.actions += world.steps - first_step;
    }
}

fn search(name: &str, settings: &[(&str, &str)], most_faults: usize) -> Search {
    let world = world(settings);
    let start = world.cluster.now();
    let clock = Instant::now();
    let mut search = Search::default();
    search.explore(world, most_faults, &mut Schedule::new(), start);
    let seconds = clock.elapsed().as_secs_f64();
    println!(
        "{name}: {} clusters tried in {seconds:.1} s, {:.0} clusters/s ({} states met before, {} actions)",
        search.tried,
        f64::from(search.tried) / seconds,
        search.repeated,
        search.actions,
    );
    if let Some((_, steps, schedule)) = &search.shortest {
        println!("  loses a record after {steps} actions: {schedule:?}");
    }
    search
}

#[test]
fn with_acks_1_one_crash_is_enough() {
    assert_eq!(search("acks=1, no fault", &[("acks", "1")], 0).shortest, None);
    let found = search("acks=1, one fault", &[("acks", "1")], 1);
    let (faults, _, schedule) = found.shortest.expect("there is a schedule that loses a record");
    assert_eq!(faults, 1);
    assert!(schedule[0].1.contains("broker 1"), "the leader has to fail: {schedule:?}");
}

#[test]
fn with_acks_all_and_clean_elections_no_two_faults_lose_a_record() {
    let settings =
        [("acks", "all"), ("min.insync.replicas", "2"), ("unclean.leader.election.enable", "false")];
    let found = search("acks=all, two faults", &settings, 2);
    assert_eq!(found.shortest, None);
    assert!(found.tried > 10_000);
}
