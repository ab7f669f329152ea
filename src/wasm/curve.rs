//! `WasmCurve`: one metric of one run as it is drawn, for code that draws. Reading is asynchronous and rare, looking is synchronous and
//! frequent: what is handed over for it is one array of numbers, which `js/curve.js` makes an object of.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Float64Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments;
use super::curve_options::{Look, Part, picture_width, place};
use super::entry::EntryPoints;
use super::error::{quiet_promise, quiet_promise_of, range_error};
use super::storage::{SharedTracker, WasmStorage, closed};
use crate::columns::{Curve, MAX_STEP, RawPoint, Series, Shown};
use crate::storage::{RunState, StorageError};

/// The most points that are handed over at once.
const MOST_POINTS: usize = 1 << 20;
/// How many numbers come before the columns of a window.
const COUNTS: usize = 4;

#[wasm_bindgen(module = "/src/wasm/js/curve.js")]
#[allow(dead_code, reason = "a class that is only passed on")]
extern "C" {
    /// The package has this class. Nothing here calls it; as a function it may do without a type of its own.
    #[wasm_bindgen(js_name = WasmCurve, reexport, skip_typescript)]
    fn curve_class();
    /// The curve that a handle stands for.
    fn open_curve(handle: WasmCurve) -> JsValue;
}

/// A curve, and the zero of its relative time.
#[derive(Debug, Default)]
struct Drawn {
    curve: Curve,
    origin_ms: f64,
    interruptions: Vec<[f64; 2]>,
}

/// Where a curve is read from.
#[derive(Debug, Clone)]
struct Source {
    tracker: SharedTracker,
    run_id: String,
    key: String,
}

/// One metric of one run as it is drawn.
#[wasm_bindgen(js_name = CurveHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmCurve {
    drawn: Rc<RefCell<Drawn>>,
    /// Nothing for points that the caller gave.
    source: Option<Source>,
}

#[wasm_bindgen(js_class = StorageHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
impl WasmStorage {
    /// A metric of a run as it is drawn, with all points that are there now.
    pub fn open_curve(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        let asked = self.asked("run_id", run_id);
        let checked = asked.and_then(|asked| Ok((asked, arguments::string("key", key)?)));
        let tracker = self.shared_tracker();
        quiet_promise_of(checked, |((_, run_id), key)| async move {
            let source = Source { tracker, run_id, key };
            let drawn = Rc::default();
            source.read(&drawn).await?;
            Ok(open_curve(WasmCurve { drawn, source: Some(source) }))
        })
    }
}

#[wasm_bindgen]
#[allow(clippy::unused_self, reason = "JavaScript has nothing else to call it on")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl EntryPoints {
    /// The curve of points that a caller has.
    pub fn curve_of(&self, step: &JsValue, value: &JsValue, timestamp: &JsValue) -> Result<JsValue, JsValue> {
        let columns = [("step", step), ("value", value), ("timestamp", timestamp)];
        let mut read = [Vec::new(), Vec::new(), Vec::new()];
        for (into, (name, column)) in read.iter_mut().zip(columns) {
            *into = arguments::float64_values(&format!("series.{name}"), column)?.to_vec();
        }
        let [steps, values, timestamps] = read;
        if steps.len() != values.len() || steps.len() != timestamps.len() {
            return Err(range_error("series.step, series.value and series.timestamp must be of one length"));
        }
        let is_step = |step: &f64| (0.0..=MAX_STEP as f64).contains(step) && step.fract() == 0.0;
        if !steps.iter().all(is_step) || !timestamps.iter().all(|time| time.is_finite()) {
            return Err(range_error(
                "series.step must hold whole numbers from 0 to 9007199254740991 (2^53 - 1), and series.timestamp milliseconds",
            ));
        }
        let mut series = Series::default();
        for ((step, value), time) in steps.iter().zip(values).zip(&timestamps) {
            series.push(RawPoint { step: *step as u64, value, timestamp_ms: *time as i64 });
        }
        let origin_ms = timestamps.into_iter().reduce(f64::min).unwrap_or(0.0);
        let mut curve = Curve::default();
        curve.take(&series);
        Ok(open_curve(WasmCurve {
            drawn: Rc::new(RefCell::new(Drawn { curve, origin_ms, interruptions: Vec::new() })),
            source: None,
        }))
    }
}

#[wasm_bindgen(js_class = CurveHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
#[allow(clippy::too_many_arguments, reason = "`js/curve.js` has read them from an object")]
impl WasmCurve {
    /// Reads what has been logged since.
    pub fn refresh(&self) -> Promise {
        let (source, drawn) = (self.source.clone(), Rc::clone(&self.drawn));
        quiet_promise(async move {
            if let Some(source) = source {
                source.read(&drawn).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Number of points.
    pub fn length(&self) -> f64 {
        self.drawn.borrow().curve.len() as f64
    }

    /// Tells apart the points that were there one after the other.
    pub fn generation(&self) -> f64 {
        f64::from(self.drawn.borrow().curve.generation())
    }

    /// What a picture needs of a part of the curve: see `unpack` in `js/curve.js` for the order of the numbers.
    pub fn window(
        &self,
        x_axis: &JsValue,
        smoothing: &JsValue,
        from: &JsValue,
        to: &JsValue,
        log_x: &JsValue,
        log_y: &JsValue,
        width: &JsValue,
    ) -> Result<Float64Array, JsValue> {
        let look = Look::read(x_axis, smoothing, log_y)?;
        let part = Part::read(from, to, log_x)?;
        let width = picture_width(width)?;
        Ok(self.shown(look, |shown| {
            let Some(x) = part.scale(shown) else { return packed(&[0.0; COUNTS]) };
            let window = shown.window(x, width);
            let (mut columns, mut vertices) = (Vec::new(), Vec::new());
            window.for_each_kept(|column, index| {
                columns.push(column);
                vertices.push(shown.vertex(index));
            });
            let counts = [window.range.start, window.range.len(), columns.len(), window.marks.len()];
            let mut numbers = Vec::with_capacity(COUNTS + 3 * columns.len() + 2 * window.marks.len());
            numbers.extend(counts.map(|count: usize| count as f64));
            numbers.append(&mut columns);
            numbers.extend(vertices.iter().map(|vertex| vertex.0));
            numbers.extend(vertices.iter().map(|vertex| vertex.1));
            numbers.extend(window.marks.iter().map(|&index| shown.x(index)));
            numbers.extend(window.marks.iter().map(|&index| shown.logged_value(index)));
            packed(&numbers)
        }))
    }

    /// The least and the greatest height in a part of the curve, or nothing.
    pub fn extent(
        &self,
        x_axis: &JsValue,
        smoothing: &JsValue,
        from: &JsValue,
        to: &JsValue,
        log_x: &JsValue,
        log_y: &JsValue,
    ) -> Result<Option<Float64Array>, JsValue> {
        let look = Look::read(x_axis, smoothing, log_y)?;
        let part = Part::read(from, to, log_x)?;
        Ok(self.shown(look, |shown| {
            let (min, max) = shown.extent(part.scale(shown)?, look.log_y)?;
            Some(packed(&[min, max]))
        }))
    }

    /// Heights in a part of the curve, evenly among all of them.
    pub fn samples(
        &self,
        x_axis: &JsValue,
        smoothing: &JsValue,
        from: &JsValue,
        to: &JsValue,
        log_x: &JsValue,
        log_y: &JsValue,
    ) -> Result<Float64Array, JsValue> {
        let look = Look::read(x_axis, smoothing, log_y)?;
        let part = Part::read(from, to, log_x)?;
        Ok(self.shown(look, |shown| match part.scale(shown) {
            Some(x) => packed(&shown.samples(x, look.log_y)),
            None => packed(&[]),
        }))
    }

    /// The first index whose x is at, or only after, a given one.
    pub fn index_at(&self, x: &JsValue, x_axis: &JsValue, after: &JsValue) -> Result<f64, JsValue> {
        let x = place(x)?;
        let look = Look::read(x_axis, &JsValue::UNDEFINED, &JsValue::UNDEFINED)?;
        let after = arguments::flag("options.after", after)?;
        Ok(self.shown(look, |shown| shown.index_at(x, after)) as f64)
    }

    /// The point nearest to an x, or nothing.
    pub fn nearest(
        &self,
        x: &JsValue,
        x_axis: &JsValue,
        smoothing: &JsValue,
    ) -> Result<Option<Float64Array>, JsValue> {
        let x = place(x)?;
        let look = Look::read(x_axis, smoothing, &JsValue::UNDEFINED)?;
        Ok(self.shown(look, |shown| shown.nearest(x).and_then(|index| point(shown, index))))
    }

    /// The point at an index, or nothing.
    pub fn point(
        &self,
        index: &JsValue,
        x_axis: &JsValue,
        smoothing: &JsValue,
    ) -> Result<Option<Float64Array>, JsValue> {
        let index = arguments::step("index", index)? as usize;
        let look = Look::read(x_axis, smoothing, &JsValue::UNDEFINED)?;
        Ok(self.shown(look, |shown| point(shown, index)))
    }

    /// Points by their indices: five columns, one after the other.
    pub fn points(
        &self,
        first: &JsValue,
        end: &JsValue,
        x_axis: &JsValue,
        smoothing: &JsValue,
    ) -> Result<Float64Array, JsValue> {
        let first = arguments::optional_step("first", first)?.unwrap_or(0);
        let end = arguments::optional_step("end", end)?.unwrap_or(MAX_STEP);
        let look = Look::read(x_axis, smoothing, &JsValue::UNDEFINED)?;
        Ok(self.shown(look, |shown| {
            let first = (first as usize).min(shown.len());
            let end = (end.min(shown.len() as u64) as usize).clamp(first, first + MOST_POINTS);
            packed(&columns(shown, first..end))
        }))
    }

    /// Of the finite values: the least, the greatest, their mean and their number.
    pub fn summary(&self) -> Float64Array {
        let summary = self.drawn.borrow_mut().curve.summary();
        packed(&[summary.min, summary.max, summary.mean, summary.count as f64])
    }
}

impl WasmCurve {
    /// What `read` makes of the curve as it is looked at. No code of the caller's runs meanwhile.
    fn shown<T>(&self, look: Look, read: impl FnOnce(&Shown) -> T) -> T {
        let Drawn { curve, origin_ms, interruptions } = &mut *self.drawn.borrow_mut();
        read(&curve.shown(look.axis(*origin_ms, interruptions), look.smoothing, look.log_y))
    }
}

impl Source {
    async fn read(&self, drawn: &RefCell<Drawn>) -> Result<(), StorageError> {
        let tracker = self.tracker.borrow().clone().ok_or_else(closed)?;
        let read = |state: &RunState| {
            let mut drawn = drawn.borrow_mut();
            drawn.curve.take(state.series(&self.key)?.unwrap_or(&Series::default()));
            let record = state.record();
            drawn.origin_ms = record.started_ms.unwrap_or(record.created_ms);
            drawn.interruptions.clone_from(&record.interruptions);
            Ok(())
        };
        tracker.read_state(&self.run_id, read).await?
    }
}

/// A point as `js/curve.js` takes it apart.
fn point(shown: &Shown, index: usize) -> Option<Float64Array> {
    let RawPoint { step, value, timestamp_ms } = shown.point(index)?;
    let (x, y) = (shown.x(index), shown.value(index));
    Some(packed(&[index as f64, step as f64, timestamp_ms as f64, x, value, y]))
}

fn columns(shown: &Shown, range: Range<usize>) -> Vec<f64> {
    let count = range.len();
    let mut columns = vec![0.0; 5 * count];
    for (at, index) in range.enumerate() {
        let Some(RawPoint { step, value, timestamp_ms }) = shown.point(index) else { continue };
        let (x, y) = (shown.x(index), shown.value(index));
        for (column, number) in [step as f64, timestamp_ms as f64, x, value, y].into_iter().enumerate() {
            columns[column * count + at] = number;
        }
    }
    columns
}

fn packed(numbers: &[f64]) -> Float64Array {
    Float64Array::from(numbers)
}
