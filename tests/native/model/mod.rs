//! Random operations of tabs on one database, with random faults, against a model of what must be readable in the end.
//!
//! `world` holds the tabs, `operations` what they do, `facts` what is known of it, `check` what must hold in the end.

mod check;
mod facts;
mod operations;
mod world;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use operations::Step;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use world::World;

/// A fresh seed each time, unless `MODEL_SEED` names one: what is run before every change asks new questions.
fn seed() -> RngSeed {
    let named = std::env::var("MODEL_SEED").ok().and_then(|text| text.parse().ok());
    let seed = named.unwrap_or_else(|| BuildHasher::hash_one(&RandomState::new(), 0));
    println!("MODEL_SEED={seed} repeats this");
    RngSeed::Fixed(seed)
}

/// `MODEL_CASES=1000000 cargo test --release --test native model` asks more.
fn cases() -> u32 {
    std::env::var("MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, rng_seed: seed(), max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_or_resurrected(steps in prop::collection::vec(any::<Step>(), 4..60)) {
        let mut world = World::default();
        world.open(0);
        steps.into_iter().for_each(|step| world.step(step));
        world.check();
    }
}

/// Runs the case that `MODEL_STEPS` names, as the test above prints it, and prints everything it does.
#[test]
fn named_case_holds_too() {
    let Ok(text) = std::env::var("MODEL_STEPS") else { return };
    let digits = text.split(|character: char| !character.is_ascii_digit()).filter(|word| !word.is_empty());
    let numbers: Vec<u16> = digits.map(|word| word.parse().unwrap()).collect();
    let mut world = World::default();
    world.shared.is_traced.set(true);
    world.open(0);
    for step in numbers.chunks(3) {
        println!("{} of {} on {}: {:b}", step[0] % 32, step[1] % 3, step[1] / 3, step[2]);
        world.step((step[0] as u8, step[1] as u8, step[2]));
    }
    println!("quiescence");
    world.check();
}
