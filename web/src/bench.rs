//! Hooks for measurements, there only with `?bench=1`; `tests/browser/README.md` says what each promises.

use std::sync::Arc;

use highwater_core::cluster::Cluster;
use highwater_core::config::Acks;
use highwater_core::setup::{Setup, Workload};
use highwater_core::time::MS;
use highwater_lab::scenario::Scenario;
use highwater_lab::timeline::{StepResult, Timeline};
use highwater_lab::{lessons, run};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::session::Session;

/// Actions of the timeline that is searched.
const TIMELINE: usize = 100_000;
/// Seeks in it.
const SEEKS: usize = 100;
/// Steps after which the standard scene has its 200 messages under way.
const WARM_UP: usize = 12_000;

type Outcome = Result<JsValue, JsValue>;

/// Hangs the hooks on the window.
pub(crate) fn expose(session: &Session) {
    let hooks = Object::new();
    let hash = Closure::<dyn Fn(String, JsValue) -> Outcome>::new(|lesson: String, seed: JsValue| {
        event_hash(&lesson, &seed)
    });
    let engine = Closure::<dyn Fn(f64) -> Outcome>::new(|actions: f64| engine(actions as u32));
    let seek = Closure::<dyn Fn() -> Outcome>::new(seek);
    let session = session.clone();
    let stage = Closure::<dyn Fn(JsValue) -> Outcome>::new(move |scene: JsValue| stage(&session, &scene));
    put(&hooks, "eventHash", &hash.into_js_value());
    put(&hooks, "engine", &engine.into_js_value());
    put(&hooks, "seek", &seek.into_js_value());
    put(&hooks, "stage", &stage.into_js_value());
    put(&gloo_utils::window(), "highwaterBench", &hooks);
}

/// Sets a property of an ordinary object, which cannot fail.
fn put(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

#[allow(clippy::needless_pass_by_value)] // As `map_err` hands it over.
fn thrown(error: impl ToString) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

fn now() -> f64 {
    gloo_utils::window().performance().map_or(0.0, |performance| performance.now())
}

fn event_hash(lesson: &str, seed: &JsValue) -> Outcome {
    let lesson = lessons::find(lesson).ok_or_else(|| thrown("there is no such lesson"))?;
    let scenario = Arc::new(lesson.scenario().map_err(thrown)?);
    let seed = seed.as_f64().map(|seed| seed as u64);
    let played = run::to_end(scenario, seed, &[]).map_err(thrown)?;
    Ok(played.event_hash().to_string().into())
}

fn engine(actions: u32) -> Outcome {
    let scenario = lessons::standard_workload().map_err(thrown)?;
    let mut cluster = Cluster::new(&scenario.setup).map_err(thrown)?;
    let mut events = Vec::new();
    let start = now();
    for _ in 0..actions {
        let Some((_, action)) = cluster.next_action() else { break };
        cluster.step(&action, &mut events).map_err(thrown)?;
        events.clear();
    }
    let result = Object::new();
    put(&result, "actions", &actions.into());
    put(&result, "seconds", &((now() - start) / 1000.0).into());
    Ok(result.into())
}

fn seek() -> Outcome {
    let mut timeline =
        Timeline::new(Arc::new(lessons::standard_workload().map_err(thrown)?), None, &[]).map_err(thrown)?;
    run_to(&mut timeline, TIMELINE);
    let mut place: u64 = 1;
    let mut times: Vec<f64> = (0..SEEKS)
        .map(|_| {
            place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let start = now();
            timeline.seek((place >> 33) as usize % TIMELINE);
            now() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let result = Object::new();
    put(&result, "seek_ms_p50", &times[SEEKS / 2].into());
    put(&result, "seek_ms_max", &times[SEEKS - 1].into());
    Ok(result.into())
}

fn stage(session: &Session, scene: &JsValue) -> Outcome {
    let mut scenario = standard_scene().map_err(thrown)?;
    if scene.as_string().as_deref() == Some("wide") {
        scenario.setup = widened(scenario.setup);
    }
    let mut timeline = Timeline::new(Arc::new(scenario), None, &[]).map_err(thrown)?;
    run_to(&mut timeline, WARM_UP);
    session.play_at_once(timeline);
    Ok(JsValue::UNDEFINED)
}

fn run_to(timeline: &mut Timeline, steps: usize) {
    while timeline.position() < steps && timeline.step() == StepResult::Stepped {}
}

/// The standard workload on a slow network, so that 200 messages are under way at any time.
fn standard_scene() -> Result<Scenario, highwater_lab::error::ScenarioError> {
    let mut scenario = lessons::standard_workload()?;
    let setup = &mut scenario.setup;
    setup.latency = 100 * MS;
    setup.jitter = 20 * MS;
    let workload =
        Workload { topic: "orders".into(), keys: 100, value_size: 200, interval: 5 * MS, count: None };
    let old = std::mem::replace(setup, Setup::new(1));
    *setup = old.producer(None).producer(None);
    for producer in &mut setup.producers {
        producer.workload = Some(workload.clone());
    }
    for producer in &mut setup.settings.producers {
        // A broker answers one request of a connection after the other: with acks=all most would wait, not travel.
        producer.acks = Acks::One;
        producer.linger_ms = 0;
        producer.max_in_flight_requests_per_connection = 60;
    }
    Ok(scenario)
}

/// The same load on nine brokers and 24 partitions.
fn widened(mut setup: Setup) -> Setup {
    setup.brokers = 9;
    for topic in &mut setup.topics {
        topic.partitions = 24;
    }
    setup
}
