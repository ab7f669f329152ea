//! Time series as columns: pure, and without any dependency on the rest of the crate.
//!
//! - [`Series`]: one metric's points in memory, appended in logging order and read in the order of steps.
//! - [`Curve`]: a series as it is drawn, and what a picture of some width needs of it.
//! - [`downsample`]: at most so many points of a series, every spike among them.
//! - [`PointBatch`]: many points at once, at steps that rise by a constant stride.
//! - [`BlockWriter`] and [`read_block`]: the bytes in which points are stored.

#![allow(clippy::inline_always, reason = "code optimised for size draws points half as fast without")]

mod block;
mod chunk;
mod curve;
mod downsample;
mod point_batch;
mod series;

pub use block::{
    BLOCK_BYTES, BLOCK_FORMAT, BlockWriter, ColumnBuffers, CorruptBlock, EMPTY_BLOCK, EncodedSeriesBlock,
    SeriesBlock, read_block, read_encoded_blocks, series_blocks,
};
pub use chunk::{CHUNK_POINTS, Columns, LoggedPoint, RawPoint};
pub use curve::{Curve, MOST_SAMPLES, PixelColumn, Scale, Shown, Summary, Window, XAxis};
pub use downsample::{FEWEST_POINTS, downsample, downsample_series};
pub use point_batch::{BatchTimes, PointBatch};
pub use series::{NamedSeries, Series, sorted_by, stable_order};

/// The largest step: the largest integer that a JavaScript number holds exactly (2^53 − 1).
pub const MAX_STEP: u64 = (1 << 53) - 1;
