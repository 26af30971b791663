//! Wiping the keys that ring holds. The only `unsafe` of the workspace.
//!
//! ring's `LessSafeKey`, `Prk`, `hmac::Key` and `Ed25519KeyPair` have no `Drop`: when they go, their bytes stay in
//! freed memory until something else is written there. So such a key lives in a box of ours, is used through `Deref`,
//! and its bytes are overwritten before the box is freed.
//!
//! What this does not do: ring builds a key on the stack before it is moved into the box, and computes on the stack;
//! those copies are short-lived and out of our reach. Nor does it keep memory from being swapped out or dumped.

#![expect(unsafe_code, reason = "ring's keys can be wiped in no other way; this module alone may")]

use std::{
    mem::{MaybeUninit, needs_drop, size_of},
    ops::Deref,
    ptr,
    sync::atomic::{Ordering, compiler_fence},
};

/// A `T` in a box of its own, whose bytes are overwritten with zeros when it is dropped.
///
/// `T` must have nothing to drop: a `T` that owned other memory would not be wiped whole, and does not compile.
pub(crate) struct Wiped<T>(Box<Slot<T>>);

/// Wiped where it lies, before the box around it is freed.
// INVARIANT: initialised from `new` until `drop`.
struct Slot<T>(MaybeUninit<T>);

impl<T> Wiped<T> {
    const PLAIN: () = assert!(!needs_drop::<T>(), "a type with something to drop cannot be wiped whole");

    pub(crate) fn new(value: T) -> Self {
        let () = Self::PLAIN;
        Self(Box::new(Slot(MaybeUninit::new(value))))
    }
}

impl<T> Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the slot was initialised in `new`, and only its `drop` wipes it, after which nobody can call this.
        unsafe { self.0.0.assume_init_ref() }
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites every byte of `slot` with zero, in a way that the optimiser must keep. What was there is forgotten
/// without being dropped, which `Wiped` has made sure is nothing to do.
fn wipe<T>(slot: &mut MaybeUninit<T>) {
    let (start, bytes) = (slot.as_mut_ptr(), size_of::<T>());
    if start.cast::<u64>().is_aligned() && bytes.is_multiple_of(size_of::<u64>()) {
        // Eight bytes at a time: a key of AES-GCM is some five hundred bytes and one goes with every record.
        let words = start.cast::<MaybeUninit<u64>>();
        for index in 0..bytes.div_euclid(size_of::<u64>()) {
            // SAFETY: the word lies wholly in `slot`, which is borrowed mutably, and is aligned as tested above.
            unsafe { ptr::write_volatile(words.add(index), MaybeUninit::new(0)) };
        }
    } else {
        let all = start.cast::<MaybeUninit<u8>>();
        for index in 0..bytes {
            // SAFETY: the byte lies in `slot`, which is borrowed mutably.
            unsafe { ptr::write_volatile(all.add(index), MaybeUninit::new(0)) };
        }
    }
    // The writes stay before whatever frees the memory.
    compiler_fence(Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::{aead, hkdf, hmac, signature};

    // Reads the bytes of what lies there, without caring whether they are a valid `T`.
    fn bytes_of<T>(place: *const T) -> Vec<u8> {
        let start = place.cast::<u8>();
        // SAFETY: callers give a place that is allocated. In the stand-ins all bytes are initialised; in ring's types
        // padding may not be, which is why those tests run natively only.
        (0..size_of::<T>()).map(|index| unsafe { ptr::read_volatile(start.add(index)) }).collect()
    }

    // Drops a slot inside a box that stays allocated, and looks at what is left there.
    fn check<T>(value: T, mark: &[u8]) {
        let mut place = Box::new(MaybeUninit::new(Slot(MaybeUninit::new(value))));
        let before = bytes_of(place.as_ptr());
        let seen = mark.is_empty() || before.windows(mark.len()).any(|window| window == mark);
        assert!(seen, "the test sees no key at all");
        assert!(before.iter().any(|byte| *byte != 0));
        // SAFETY: initialised above, dropped once: the outer `MaybeUninit` drops nothing.
        unsafe { place.assume_init_drop() };
        assert!(bytes_of(place.as_ptr()).iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_stand_in_is_wiped_to_the_last_byte() {
        check([0xa7_u64; 9], &[0xa7, 0, 0, 0]);
        check([0xa7_u8; 33], &[0xa7; 33]);
        check([0xa7_u8; 1], &[0xa7]);
        check([0xa7_u32; 5], &[0xa7, 0, 0, 0]);
    }

    #[test]
    fn a_wiped_value_reads_as_it_was_until_dropped() {
        let wiped = Wiped::new([3_u16; 5]);
        assert_eq!(*wiped, [3; 5]);
    }

    #[cfg(not(miri))]
    #[test]
    fn the_memory_of_real_keys_is_wiped() {
        let secret: Vec<u8> = (1..=32).collect();
        let key = |algorithm| aead::LessSafeKey::new(aead::UnboundKey::new(algorithm, &secret).unwrap());
        check(key(&aead::CHACHA20_POLY1305), &secret);
        // AES keeps its key expanded, HMAC and HKDF keep hash states, Ed25519 a scalar: no bytes of the secret stand in
        // them as they are, so for these the test sees that something was there and nothing is left.
        check(key(&aead::AES_256_GCM), &[]);
        check(hmac::Key::new(hmac::HMAC_SHA256, &secret), &[]);
        check(hkdf::Salt::new(hkdf::HKDF_SHA256, b"salt").extract(&secret), &[]);
        check(signature::Ed25519KeyPair::from_seed_unchecked(&secret).unwrap(), &[]);
    }
}
