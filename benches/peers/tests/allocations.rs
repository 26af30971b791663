//! An allowing decision of a bound session allocates nothing. Here, since counting allocations takes unsafe code, which the
//! workspace of the products does without.

#![expect(unsafe_code, reason = "an allocator is counted by standing in its place")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use strongroom_benches::crm::{Crm, Ours, Scale};

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get().saturating_add(1)));
        // SAFETY: the caller's promise is the one that is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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
        let before = COUNT.get();
        let decided = session.decide(action, &target, auth.session_started);
        let after = COUNT.get();
        if decided.is_ok() {
            allowed += 1;
            assert_eq!(after, before, "{request:?}");
        }
    }
    assert_eq!(allowed, crm.requests.len() / 10 * 7);
    // The counter counts.
    let before = COUNT.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(COUNT.get(), before + 1);
}
