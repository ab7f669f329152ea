//! The example outside of the browser.

#[allow(dead_code, reason = "its main function is for cargo run")]
#[path = "../../examples/native_loop.rs"]
mod native_loop;

#[test]
fn native_example_trains_in_a_thread_and_shows_how_its_loss_falls() {
    let mut lines = Vec::new();
    let losses = native_loop::train(|line| lines.push(line.to_owned())).unwrap();
    assert_eq!(losses.len(), 400);
    assert!(losses[399].value < losses[0].value / 1000.0, "{:?}", losses[399]);
    let falling = entrenar::dashboard::Trend::Falling.emoji();
    assert_eq!(*lines.last().unwrap(), format!("Running: loss {:.2e} {falling}", losses[399].value));
}
