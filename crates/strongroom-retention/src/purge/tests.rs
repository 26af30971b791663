//! Goal: a disposal that crashes anywhere ends as one that never crashed, in the right order, with one certificate body.
//! Method: fail every port call once, before and after its effect, then random sets of failures; the world asserts the orderings.

use super::*;
use crate::Method;
use crate::testing::{
    config,
    world::{CASE, CUSTOMER, Target, When, World, permit},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn check_done(world: &World, certificate: &Certificate) {
    certificate.verify(&world.public_key(), world).unwrap();
    let durable = world.durable.borrow();
    assert!(durable.shredded.is_some());
    assert!(durable.holdings.values().all(|count| *count == 0));
    assert_eq!(durable.results.len(), 1);
    assert_eq!(durable.results[0].0.body, certificate.body.digest());
    let bodies: BTreeSet<_> = durable.steps.iter().filter(|step| step.starts_with("{\"body\"")).collect();
    assert_eq!(bodies.len(), 1, "exactly one certificate body");
    assert_eq!(durable.entries.len(), 2, "one intent and one result");
    let found: Vec<_> = certificate.body.targets.iter().map(|t| (t.name.as_str(), t.found)).collect();
    assert_eq!(found, [("vault", 2), ("mailbox", 3)], "what was found before the crash is what is certified");
    for step in &durable.steps {
        assert!(!step.contains("secret-locator"), "locators stay in the sealed intent");
    }
    assert!(!certificate.to_json().contains("secret-locator"));
}

#[test]
fn a_crash_at_any_call_changes_nothing_in_the_end() {
    let calm = World::new();
    let (certificate, tries) = calm.finish(permit);
    assert_eq!(tries, 1);
    check_done(&calm, &certificate);
    let calls = calm.calls.get();
    assert!(calls >= 16, "only {calls} calls");
    for call in 0..calls {
        for when in [When::Before, When::After] {
            let world = World::with_fault(call, when);
            let (certificate, tries) = world.finish(permit);
            assert!(tries > 1, "the fault at call {call} {when:?} was not met");
            check_done(&world, &certificate);
        }
    }
}

#[test]
fn a_finished_disposal_gives_its_certificate_again() {
    let world = World::new();
    let (first, _) = world.finish(permit);
    let again = world.run(|ports| resume(CASE, ports)).unwrap();
    assert_eq!(first, again);
    check_done(&world, &again);
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn many_crashes_change_nothing_in_the_end(
        faults in prop::collection::btree_set((0usize..60, prop::sample::select(vec![When::Before, When::After])), 0..20),
        stubborn in 0u32..4,
    ) {
        let world = World::new();
        *world.faults.borrow_mut() = faults;
        world.stubborn.set(stubborn);
        let (certificate, _) = world.finish(permit);
        check_done(&world, &certificate);
    }

    #[test]
    fn a_step_tried_again_in_the_same_process_is_as_good_as_a_restart(
        faults in prop::collection::btree_set((0usize..60, prop::sample::select(vec![When::Before, When::After])), 0..20),
    ) {
        let world = World::new();
        *world.faults.borrow_mut() = faults;
        let certificate = world.run(|ports| {
            let intended = again(Due::new(permit()), |state| state.intend(ports));
            let shredded = again(intended, |state| state.shred(ports));
            let erased = again(shredded, |state| state.erase(ports));
            let verified = again(erased, |state| state.verify(ports));
            again(verified, |state| state.certify(ports))
        });
        check_done(&world, &certificate);
    }
}

fn again<S, T>(mut state: S, step: impl Fn(S) -> Result<T, Stopped<S>>) -> T {
    for _ in 0..100 {
        match step(state) {
            Ok(next) => return next,
            Err(stopped) => state = *stopped.state,
        }
    }
    panic!("not done after 100 tries");
}

#[test]
fn a_hold_placed_after_the_plan_stops_the_disposal_before_anything_is_lost() {
    let world = World::new();
    world.durable.borrow_mut().holds_version = 1;
    let error = world.run(|ports| purge(permit(), ports)).unwrap_err();
    assert_eq!(error, PurgeError::Port { step: "intend", error: PortError::Held });
    assert!(world.durable.borrow().shredded.is_none());
    assert_eq!(world.run(|ports| resume(CASE, ports)).unwrap_err(), PurgeError::NoIntent(CASE));
}

#[test]
fn an_old_permit_is_refused_one_second_past_its_day() {
    let permit_made = permit();
    let valid_until = permit_made.valid_until();
    for (seconds, accepted) in [(0, true), (1, false)] {
        let world = World::new();
        world.set_now(valid_until.plus_seconds(seconds));
        match world.run(|ports| Due::new(permit()).intend(ports)) {
            Ok(intended) => assert!(accepted && intended.intent().customer == CUSTOMER),
            Err(stopped) => {
                assert!(!accepted);
                assert_eq!(stopped.error, PurgeError::Expired { valid_until });
            }
        }
    }
}

#[test]
fn a_target_that_was_forgotten_at_the_restart_is_missed() {
    let world = World::with_fault(8, When::Before);
    world.run(|ports| purge(permit(), ports)).unwrap_err();
    let vault = Target { world: &world, name: "vault", method: Method::KeyDestroy };
    let mailbox = Target { world: &world, name: "mailbox", method: Method::Delete };
    let extra = Target { world: &world, name: "archive", method: Method::Delete };
    let check = |targets: &[&dyn PurgeTarget], name: &str| {
        let error = world.run_with(targets, |ports| resume(CASE, ports)).unwrap_err();
        assert_eq!(error, PurgeError::TargetNames(name.into()));
    };
    check(&[&vault], "mailbox");
    check(&[&vault, &mailbox, &extra], "archive");
    check(&[&vault, &mailbox, &vault], "vault");
    let certificate = world.run_with(&[&mailbox, &vault], |ports| resume(CASE, ports)).unwrap();
    certificate.verify(&world.public_key(), &world).unwrap();
}

#[test]
fn targets_that_did_not_answer_are_named_and_the_others_have_done_their_part() {
    let world = World::new();
    // Discovery of both targets fails: nothing is intended, both are named.
    *world.faults.borrow_mut() = BTreeSet::from([(0, When::Before), (1, When::Before)]);
    let error = world.run(|ports| purge(permit(), ports)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "target `vault`: unavailable: injected before; target `mailbox`: unavailable: injected before"
    );
    assert!(world.durable.borrow().intent.is_none());
    // A target that keeps finding something is named as such, and the disposal is not certified.
    let world = World::new();
    world.stubborn.set(2);
    let error = world.run(|ports| purge(permit(), ports)).unwrap_err();
    assert_eq!(error.to_string(), "target `vault` still holds something");
    assert!(world.durable.borrow().results.is_empty());
    assert!(world.run(|ports| resume(CASE, ports)).is_ok());
}

#[test]
fn a_case_serves_one_customer() {
    let world = World::new();
    world.finish(permit);
    let mut other = permit();
    other.customer = strongroom_types::CustomerId::from_bytes([2; 16]);
    let vault = Nothing("vault");
    let error = world.run_with(&[&vault], |ports| purge(other, ports)).unwrap_err();
    assert_eq!(error, PurgeError::CaseUsed(CASE));
}

/// A target that holds nothing of anybody.
struct Nothing(&'static str);

impl PurgeTarget for Nothing {
    fn describe(&self) -> TargetInfo {
        TargetInfo { name: self.0.into(), version: "0".into(), method: Method::Delete }
    }

    fn discover(&self, _: &PurgeScope<'_>) -> Result<crate::Discovery, PortError> {
        Ok(crate::Discovery::default())
    }

    fn erase(&self, _: &Intent) -> Result<(), PortError> {
        Ok(())
    }

    fn verify_absence(&self, _: &Intent) -> Result<Absence, PortError> {
        Ok(Absence::Absent)
    }
}

#[test]
fn no_debug_output_shows_a_locator() {
    let world = World::new();
    let intended = world.run(|ports| Due::new(permit()).intend(ports)).unwrap();
    assert!(serde_json::to_string(intended.intent()).unwrap().contains("secret-locator"));
    assert!(!format!("{intended:?}").contains("secret-locator"));
}
