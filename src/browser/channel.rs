//! Tabs of one database tell each other what they committed. Only ids travel; data is read from the database.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::database::Database;
use super::error::spawn;
use crate::storage::indexed_db::PlainObject;

/// Messages of another format are of another version, and ignored.
const FORMAT: u32 = 1;
/// Ids longer than this are none of ours.
const MAX_ID_CHARS: usize = 100;

/// The channel of one database.
#[derive(Debug)]
pub struct Channel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// What is to be read again.
#[derive(Debug, Default)]
struct Inbox {
    experiment_ids: RefCell<Vec<String>>,
    run_ids: RefCell<Vec<String>>,
    /// A page left: what it stored is to be settled first.
    left: Cell<bool>,
    reading: Cell<bool>,
}

impl Channel {
    /// Opens the channel of the database `name`; nothing where the platform has no channels.
    pub fn open(name: &str, database: Weak<Database>) -> Option<Self> {
        let channel = BroadcastChannel::new(&format!("entrenar:{name}")).ok()?;
        let inbox = Rc::new(Inbox::default());
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if inbox.take_in(&event.data()) {
                let (inbox, database) = (Rc::clone(&inbox), Weak::clone(&database));
                spawn(async move { inbox.read(&database).await });
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: on_message })
    }

    /// Tells the other tabs what a transaction wrote.
    pub fn tell_committed(&self, experiment_ids: &[String], run_ids: &[String]) {
        self.tell("committed", experiment_ids, run_ids);
    }

    /// Tells the other tabs that this page leaves, and what it stored for that.
    pub fn tell_left(&self, run_ids: &[String]) {
        self.tell("left", &[], run_ids);
    }

    fn tell(&self, kind: &str, experiment_ids: &[String], run_ids: &[String]) {
        let message = PlainObject::default();
        message.number("format", f64::from(FORMAT));
        message.text("kind", kind);
        message.texts("experiment_ids", experiment_ids);
        message.texts("run_ids", run_ids);
        // Posting plain data cannot fail; a lost message heals on the next look.
        let _ = self.channel.post_message(&message.into_value());
    }
}

impl Inbox {
    /// Notes what a message names. Whether there is something to read and nobody is reading yet.
    fn take_in(&self, message: &JsValue) -> bool {
        let get = |key: &str| Reflect::get(message, &key.into()).unwrap_or_default();
        if !message.is_object() || get("format").as_f64() != Some(f64::from(FORMAT)) {
            return false;
        }
        match get("kind").as_string().as_deref() {
            Some("committed") => {}
            Some("left") => self.left.set(true),
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
        !self.reading.get()
    }

    /// Reads until nothing is left: messages that come meanwhile are gathered, not queued.
    async fn read(&self, database: &Weak<Database>) {
        if self.reading.replace(true) {
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
            if self.left.replace(false) {
                let _ = database.synced.recover_exit_log().await;
            }
            let _ = database.synced.refresh(&experiment_ids, &run_ids).await;
        }
        self.reading.set(false);
    }
}
