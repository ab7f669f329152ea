//! Tabs broadcast to each other what they committed. Only ids travel; data is read from the database.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::open_database::OpenDatabase;
use super::spawn;
use crate::indexeddb::Fields;

/// Messages of another format are of another version, and ignored.
const FORMAT: u32 = 1;
/// Ids longer than this are none of ours.
const MAX_ID_CHARS: usize = 100;

/// The channel of one database.
#[derive(Debug)]
pub(super) struct Channel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// Records to be read again: messages that come while they are read are gathered, not queued.
#[derive(Debug, Default)]
struct RefreshQueue {
    experiment_ids: RefCell<Vec<String>>,
    run_ids: RefCell<Vec<String>>,
    /// A page wrote to the exit log: that is recovered first.
    must_recover: Cell<bool>,
    is_reading: Cell<bool>,
}

impl Channel {
    /// Opens the channel of the database `name`; nothing where the platform has no channels.
    pub(super) fn open(name: &str, database: Weak<OpenDatabase>) -> Option<Self> {
        let channel = BroadcastChannel::new(&format!("entrenar:{name}")).ok()?;
        let queue = Rc::new(RefreshQueue::default());
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if queue.add(&event.data()) {
                let (queue, database) = (Rc::clone(&queue), Weak::clone(&database));
                spawn(async move { queue.read(&database).await });
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: on_message })
    }

    /// Tells the other tabs what a transaction wrote.
    pub(super) fn broadcast_committed(&self, experiment_ids: &[String], run_ids: &[String]) {
        self.broadcast("committed", experiment_ids, run_ids);
    }

    /// Tells the other tabs what this page wrote to the exit log.
    pub(super) fn broadcast_exit_log(&self, run_ids: &[String]) {
        self.broadcast("left", &[], run_ids);
    }

    fn broadcast(&self, kind: &str, experiment_ids: &[String], run_ids: &[String]) {
        let ids = |ids: &[String]| ids.iter().map(|id| JsValue::from(id.as_str())).collect::<Array>();
        let message = Fields::default()
            .with("format", FORMAT)
            .with("kind", kind)
            .with("experiment_ids", ids(experiment_ids))
            .with("run_ids", ids(run_ids));
        // A lost message heals on the next look.
        let _ = self.channel.post_message(&message.into_object());
    }
}

impl RefreshQueue {
    /// Adds what a message names. Returns whether it is to be read, and no task is reading yet.
    fn add(&self, message: &JsValue) -> bool {
        let get = |key: &str| Reflect::get(message, &key.into()).unwrap_or_default();
        if !message.is_object() || get("format").as_f64() != Some(f64::from(FORMAT)) {
            return false;
        }
        match get("kind").as_string().as_deref() {
            Some("committed") => {}
            Some("left") => self.must_recover.set(true),
            _ => return false,
        }
        let gather = |key: &str, into: &RefCell<Vec<String>>| {
            let Ok(array) = get(key).dyn_into::<Array>() else { return };
            let mut into = into.borrow_mut();
            for id in array.iter().filter_map(|id| id.as_string()) {
                if id.len() <= MAX_ID_CHARS && !into.contains(&id) {
                    into.push(id);
                }
            }
        };
        gather("experiment_ids", &self.experiment_ids);
        gather("run_ids", &self.run_ids);
        !self.is_reading.get()
    }

    /// Reads until the queue is empty.
    async fn read(&self, database: &Weak<OpenDatabase>) {
        if self.is_reading.replace(true) {
            return;
        }
        loop {
            let experiment_ids = self.experiment_ids.take();
            let run_ids = self.run_ids.take();
            if experiment_ids.is_empty() && run_ids.is_empty() {
                break;
            }
            let Some(database) = database.upgrade() else { break };
            // What could not be read now is read on the next look.
            if self.must_recover.replace(false) {
                let _ = database.session().recover_exit_log().await;
            }
            let _ = database.session().refresh(&experiment_ids, &run_ids).await;
        }
        self.is_reading.set(false);
    }
}
