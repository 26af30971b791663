//! Before-images: what snapshots need to see once it was overwritten.
//!
//! A snapshot taken at version `s` sees the commits up to `s`. While one is open, each commit `c` first records, for
//! every key it changes, the value before. So the value at `s` is the image of the first commit after `s` that changed
//! the key, or else what the store holds now.

use std::collections::BTreeMap;

/// Images and the snapshots that need them.
#[derive(Debug)]
pub(crate) struct Images {
    /// Version by snapshot, both ascending: a later snapshot sees at least as much.
    alive: BTreeMap<u64, u64>,
    next: u64,
    // INVARIANT: the images of a key ascend by version, and `bytes` is the sum of their costs.
    by_key: BTreeMap<Vec<u8>, Vec<Image>>,
    bytes: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Image {
    /// The commit that overwrote it.
    version: u64,
    /// The value before; `None` where there was none.
    before: Option<Vec<u8>>,
}

/// The snapshot is no longer kept.
#[derive(Debug, PartialEq)]
pub(crate) struct TooOld;

/// The value before it was overwritten: `None` where there was none.
pub(crate) type Before = Option<Vec<u8>>;

impl Images {
    pub(crate) const fn new(bytes_max: usize) -> Self {
        Self { alive: BTreeMap::new(), next: 0, by_key: BTreeMap::new(), bytes: 0, bytes_max }
    }

    /// Begins a snapshot of `version`.
    pub(crate) fn begin(&mut self, version: u64) -> u64 {
        let id = self.next;
        self.next = id.saturating_add(1);
        self.alive.insert(id, version);
        id
    }

    /// Ends a snapshot, and drops what it alone needed.
    pub(crate) fn end(&mut self, id: u64) {
        self.alive.remove(&id);
        self.prune();
    }

    /// Whether a snapshot is open that would miss this key's value if it changed now.
    pub(crate) fn needs(&self, key: &[u8]) -> bool {
        let recorded = self.by_key.get(key).and_then(|images| images.last()).map(|image| image.version);
        let newest = self.alive.last_key_value().map(|(_, version)| *version);
        newest.is_some_and(|newest| recorded.is_none_or(|recorded| recorded <= newest))
    }

    /// Keeps what `key` was before commit `version`. Past the bound the oldest snapshots are given up.
    pub(crate) fn record(&mut self, key: Vec<u8>, version: u64, before: Before) {
        self.bytes = self.bytes.saturating_add(cost(&key, before.as_deref()));
        self.by_key.entry(key).or_default().push(Image { version, before });
        while self.bytes > self.bytes_max && self.alive.pop_first().is_some() {
            self.prune();
        }
    }

    /// What `key` was for a snapshot, where it changed since.
    pub(crate) fn before(&self, id: u64, key: &[u8]) -> Result<Option<Before>, TooOld> {
        let version = *self.alive.get(&id).ok_or(TooOld)?;
        Ok(self.by_key.get(key).and_then(|images| first_after(images, version)))
    }

    /// What the keys from `start` up to and without `end` were for a snapshot, where they changed since.
    pub(crate) fn between(
        &self,
        id: u64,
        start: &[u8],
        end: &[u8],
    ) -> Result<Vec<(Vec<u8>, Before)>, TooOld> {
        let version = *self.alive.get(&id).ok_or(TooOld)?;
        if start >= end {
            return Ok(Vec::new());
        }
        let images = self.by_key.range(start.to_vec()..end.to_vec());
        Ok(images
            .filter_map(|(key, images)| first_after(images, version).map(|before| (key.clone(), before)))
            .collect())
    }

    fn prune(&mut self) {
        let Some(oldest) = self.alive.first_key_value().map(|(_, version)| *version) else {
            self.by_key.clear();
            self.bytes = 0;
            return;
        };
        let mut bytes = 0usize;
        self.by_key.retain(|key, images| {
            images.retain(|image| image.version > oldest);
            let kept = images.iter().map(|image| cost(key, image.before.as_deref()));
            bytes = kept.fold(bytes, usize::saturating_add);
            !images.is_empty()
        });
        self.bytes = bytes;
    }
}

fn first_after(images: &[Image], version: u64) -> Option<Before> {
    images.iter().find(|image| image.version > version).map(|image| image.before.clone())
}

// The bytes and, roughly, what holding them costs.
const fn cost(key: &[u8], before: Option<&[u8]>) -> usize {
    let value = match before {
        Some(value) => value.len(),
        None => 0,
    };
    key.len().saturating_add(value).saturating_add(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }

    #[test]
    fn each_snapshot_sees_the_first_image_after_it() {
        let mut images = Images::new(1 << 20);
        let early = images.begin(1);
        images.record(b"k".to_vec(), 2, Some(bytes("one")));
        images.record(b"k".to_vec(), 3, Some(bytes("two")));
        let late = images.begin(3);
        images.record(b"k".to_vec(), 4, Some(bytes("three")));
        images.record(b"new".to_vec(), 4, None);
        assert_eq!(images.before(early, b"k"), Ok(Some(Some(bytes("one")))));
        assert_eq!(images.before(late, b"k"), Ok(Some(Some(bytes("three")))));
        assert_eq!(images.before(late, b"new"), Ok(Some(None)), "it was not there");
        assert_eq!(images.before(late, b"other"), Ok(None), "it did not change");
        let found = images.between(late, b"a", b"l").map(|found| found.len());
        assert_eq!(found, Ok(1));
    }

    #[test]
    fn an_image_is_needed_once_per_newer_snapshot() {
        let mut images = Images::new(1 << 20);
        assert!(!images.needs(b"k"), "no snapshot is open");
        let first = images.begin(1);
        assert!(images.needs(b"k"));
        images.record(b"k".to_vec(), 2, Some(bytes("v")));
        assert!(!images.needs(b"k"), "the only snapshot has its image");
        let second = images.begin(2);
        assert!(images.needs(b"k"), "the second snapshot saw commit 2");
        images.end(first);
        images.end(second);
        assert!(!images.needs(b"k"));
        assert_eq!((images.bytes, images.by_key.len()), (0, 0), "nothing is kept for nobody");
    }

    #[test]
    fn past_the_bound_the_oldest_snapshot_goes_first() {
        let mut images = Images::new(1000);
        let oldest = images.begin(1);
        images.record(b"a".to_vec(), 2, Some(vec![0; 400]));
        let newer = images.begin(2);
        images.record(b"b".to_vec(), 3, Some(vec![0; 400]));
        assert!(images.before(oldest, b"a").is_ok());
        images.record(b"c".to_vec(), 4, Some(vec![0; 300]));
        assert_eq!(images.before(oldest, b"a"), Err(TooOld));
        assert!(images.before(newer, b"b").is_ok(), "the newer one still fits");
        images.record(b"d".to_vec(), 5, Some(vec![0; 2000]));
        assert_eq!(images.before(newer, b"b"), Err(TooOld));
        assert_eq!(images.bytes, 0);
        let fresh = images.begin(5);
        assert_eq!(images.before(fresh, b"a"), Ok(None), "a snapshot taken afterwards is fine");
    }
}
