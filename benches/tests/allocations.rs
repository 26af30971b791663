//! An allowing decision of a bound session allocates nothing.

use allocation_counter::measure;
use strongroom_benches::crm::{Crm, Ours, Scale};

#[test]
fn an_allowing_decision_allocates_nothing() {
    let crm = Crm::new(Scale { users: 200, records: 500, ..Scale::BASE });
    let ours = Ours::new(&crm).unwrap();
    let resources = ours.resources(&crm);
    let mut allowed = 0;
    for request in &crm.requests {
        let auth = &ours.sessions[Ours::session(request)];
        let session = ours.policy.bind(&ours.actors[request.user], auth);
        let target = ours.policy.target(&resources[request.record]);
        let action = Ours::action(request.action);
        let mut decided = None;
        let allocations = measure(|| decided = Some(session.decide(action, &target, auth.session_started)));
        if decided.is_some_and(|decided| decided.is_ok()) {
            allowed += 1;
            assert_eq!(allocations.count_total, 0, "{request:?}");
        }
    }
    assert_eq!(allowed, crm.requests.len() / 10 * 7);
    // The counter counts.
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(1)))).count_total, 1);
}
