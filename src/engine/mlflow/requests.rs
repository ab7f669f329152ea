//! One request, until it is answered.

use futures::FutureExt;
use futures::future::{Either, select};

use super::{MlflowError, Transport};
use crate::interop::mlflow::{Answer, Backoff, Request, ServerError};

/// How often what goes on while a request is under way is done, in milliseconds.
pub(super) const PULSE_MS: f64 = 5_000.0;

/// Sends a request once, and does `meanwhile` every few seconds.
pub(super) async fn send_once(
    transport: &impl Transport,
    request: &Request,
    meanwhile: &mut impl AsyncFnMut() -> Result<(), MlflowError>,
) -> Result<Option<Answer>, MlflowError> {
    let mut answer = Box::pin(transport.send(request));
    loop {
        match select(answer, Box::pin(transport.wait(PULSE_MS))).await {
            Either::Left((answer, _)) => {
                transport.check()?;
                return Ok(answer);
            }
            Either::Right(((), unanswered)) => {
                transport.check()?;
                meanwhile().await?;
                answer = unanswered;
            }
        }
    }
}

/// Waits, and does `meanwhile` every few seconds.
pub(super) async fn wait(
    transport: &impl Transport,
    delay_ms: f64,
    meanwhile: &mut impl AsyncFnMut() -> Result<(), MlflowError>,
) -> Result<(), MlflowError> {
    let mut left_ms = delay_ms;
    while left_ms > 0.0 {
        transport.wait(left_ms.min(PULSE_MS)).await;
        transport.check()?;
        left_ms -= PULSE_MS;
        meanwhile().await?;
    }
    Ok(())
}

/// Sends a request until it is answered by anything but a failure that may pass, or until the patience for those is over.
pub(super) async fn send_again(
    transport: &impl Transport,
    url: &str,
    request: &Request,
    mut take: impl FnMut(&Answer) -> Result<(), ServerError>,
    mut was_reached: bool,
) -> Result<(), MlflowError> {
    let mut backoff = Backoff::default();
    loop {
        let answer = send_once(transport, request, &mut async || Ok(())).boxed_local().await?;
        was_reached |= answer.is_some();
        let taken = answer.map_or_else(|| Err(ServerError::unreachable(url)), |answer| take(&answer));
        let Err(error) = taken else { return Ok(()) };
        let Some(delay_ms) = backoff.wait_after(&error, false, was_reached) else { return Err(error.into()) };
        wait(transport, delay_ms, &mut async || Ok(())).await?;
    }
}
