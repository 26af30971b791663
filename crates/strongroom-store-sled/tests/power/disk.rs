//! A device that loses power: what was synced is there; of everything since, any part.
//!
//! - **Bytes**: each sector of 512 bytes holds what was synced, or what any of the later writes to it left there, each
//!   sector for itself. The length of a file follows its sectors, or is ahead of them.
//! - **Names**: making, renaming and removing becomes durable when the folder is synced. Before that it is kept up to
//!   some point of its order, as journalling file systems keep it.

use crate::trace::{Call, Event, Trace};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

const SECTOR: usize = 512;
/// The engine's segment, as users have it.
const SEGMENT: usize = 16 << 20;

/// Small and reproducible, for choosing what is lost.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Which unsynced sectors are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keep {
    All,
    /// Only what was written beyond the synced end of the file.
    Appended,
    None,
    /// Only what was written over synced bytes, nothing of what may have replaced them elsewhere.
    Overwritten,
    /// Each by chance, so many in ten.
    Some(usize),
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    File(usize),
    Folder,
}

type Names = BTreeMap<PathBuf, Node>;

#[derive(Debug, Default)]
struct Inode {
    synced: Vec<u8>,
    /// Calls that changed it since, in order.
    changes: Vec<usize>,
}

/// The device after some of the events of a trace.
#[derive(Debug)]
pub(crate) struct Disk<'a> {
    trace: &'a Trace,
    /// How many events have happened.
    at: usize,
    /// The sync that is taken for not having happened.
    ignored: Option<usize>,
    names: Names,
    synced_names: Names,
    /// Calls that changed names since.
    renames: Vec<usize>,
    inodes: Vec<Inode>,
    /// The inode that a call on a file is about.
    about: HashMap<usize, usize>,
    ended: HashSet<usize>,
    /// What each sync under way will have covered: the calls that had come back when it began.
    covers: HashMap<usize, HashSet<usize>>,
    acknowledged: Option<u32>,
    /// How many segments of a file were begun anew over what was synced there.
    pub(crate) rewritten: usize,
}

impl<'a> Disk<'a> {
    pub(crate) fn new(trace: &'a Trace, ignored: Option<usize>) -> Self {
        Self {
            trace,
            at: 0,
            ignored,
            names: Names::new(),
            synced_names: Names::new(),
            renames: Vec::new(),
            inodes: Vec::new(),
            about: HashMap::new(),
            ended: HashSet::new(),
            covers: HashMap::new(),
            acknowledged: None,
            rewritten: 0,
        }
    }

    /// The last batch whose acknowledgement was on its way.
    pub(crate) const fn acknowledged(&self) -> Option<u32> {
        self.acknowledged
    }

    /// Lets this many events have happened.
    pub(crate) fn advance(&mut self, to: usize) {
        assert!(to >= self.at, "time goes one way");
        let trace = self.trace;
        for event in &trace.events[self.at..to] {
            match *event {
                Event::Begin(call) => self.begin(call),
                Event::End(call) => self.end(call),
            }
        }
        self.at = to;
    }

    fn begin(&mut self, index: usize) {
        match &self.trace.calls[index] {
            Call::Acknowledge(n) => self.acknowledged = Some(*n),
            Call::Write(file, at, data) => {
                let inode = self.change(file, index);
                let over = self.inodes[inode].synced.get(*at).is_some_and(|byte| *byte != 0);
                self.rewritten += usize::from(over && at.is_multiple_of(SEGMENT) && data[0] != 0);
            }
            Call::Cut(file, _) => {
                self.make(file, index);
                self.change(file, index);
            }
            Call::Extend(file, _) => {
                self.change(file, index);
            }
            Call::Create(file) => self.make(file, index),
            Call::MakeFolder(_) | Call::Remove(_) | Call::Rename(..) => {
                rename(&mut self.names, &self.trace.calls[index], None);
                self.renames.push(index);
            }
            Call::Sync(path) => {
                let open = if path.as_os_str().is_empty() {
                    &self.renames
                } else {
                    let inode = self.inode(path);
                    self.about.insert(index, inode);
                    &self.inodes[inode].changes
                };
                let covered = open.iter().filter(|call| self.ended.contains(call)).copied().collect();
                self.covers.insert(index, covered);
            }
        }
    }

    fn inode(&self, file: &Path) -> usize {
        match self.names.get(file) {
            Some(Node::File(inode)) => *inode,
            found => panic!("{} is {found:?}", file.display()),
        }
    }

    fn change(&mut self, file: &Path, index: usize) -> usize {
        let inode = self.inode(file);
        self.about.insert(index, inode);
        self.inodes[inode].changes.push(index);
        inode
    }

    fn make(&mut self, file: &Path, index: usize) {
        if !self.names.contains_key(file) {
            let inode = self.inodes.len();
            self.inodes.push(Inode::default());
            self.about.insert(index, inode);
            self.names.insert(file.to_owned(), Node::File(inode));
            self.renames.push(index);
        }
    }

    fn end(&mut self, index: usize) {
        self.ended.insert(index);
        let Some(covered) = self.covers.remove(&index).filter(|_| self.ignored != Some(index)) else {
            return;
        };
        let trace = self.trace;
        if let Some(inode) = self.about.get(&index) {
            let inode = &mut self.inodes[*inode];
            for call in inode.changes.extract_if(.., |call| covered.contains(call)) {
                apply(&mut inode.synced, &trace.calls[call]);
            }
        } else {
            for call in self.renames.extract_if(.., |call| covered.contains(call)) {
                rename(&mut self.synced_names, &trace.calls[call], self.about.get(&call).copied());
            }
        }
    }

    /// Writes the folder as it may be found if the power fails now.
    pub(crate) fn cut(&self, folder: &Path, keep: Keep, random: &mut Random) {
        let mut names = self.synced_names.clone();
        let kept = match keep {
            Keep::All | Keep::Appended => self.renames.len(),
            Keep::None | Keep::Overwritten => 0,
            Keep::Some(_) => random.below(self.renames.len() + 1),
        };
        for call in &self.renames[..kept] {
            rename(&mut names, &self.trace.calls[*call], self.about.get(call).copied());
        }
        fs::create_dir(folder).unwrap();
        // A folder sorts before what is in it.
        for (name, node) in names {
            let path = folder.join(name);
            match node {
                Node::Folder => fs::create_dir(path).unwrap(),
                Node::File(inode) => fs::write(path, self.image(inode, keep, random)).unwrap(),
            }
        }
    }

    fn image(&self, inode: usize, keep: Keep, random: &mut Random) -> Vec<u8> {
        let inode = &self.inodes[inode];
        let synced = inode.synced.len();
        let lost = self.lost(inode, keep, random);
        let mut image = inode.synced.clone();
        let mut longest = image.len();
        for index in &inode.changes {
            let call = &self.trace.calls[*index];
            let Call::Write(_, at, data) = call else {
                if matches!(keep, Keep::All) || random.below(2) == 0 {
                    apply(&mut image, call);
                }
                continue;
            };
            longest = longest.max(at + data.len());
            for (sector, part) in sectors(*at, data.len()) {
                let kept = match keep {
                    Keep::All => true,
                    Keep::Appended => sector * SECTOR >= synced,
                    Keep::None => false,
                    Keep::Overwritten => sector * SECTOR < synced,
                    Keep::Some(_) => !lost.contains(&(*index, sector)),
                };
                if kept {
                    write(&mut image, part.start, &data[part.start - at..part.end - at]);
                }
            }
        }
        // The length may reach the device before the bytes.
        if matches!(keep, Keep::Some(_)) && image.len() < longest && random.below(2) == 0 {
            image.resize(longest, 0);
        }
        image
    }

    /// Which calls are lost in which sectors, by chance. Chosen from the last one backwards: once one is kept, so is
    /// what the sector held before.
    fn lost(&self, inode: &Inode, keep: Keep, random: &mut Random) -> HashSet<(usize, usize)> {
        let (mut kept, mut lost) = (HashSet::new(), HashSet::new());
        let Keep::Some(tenths) = keep else { return lost };
        for index in inode.changes.iter().rev() {
            let Call::Write(_, at, data) = &self.trace.calls[*index] else { continue };
            for (sector, _) in sectors(*at, data.len()) {
                if !kept.contains(&sector) && random.below(10) >= tenths {
                    lost.insert((*index, sector));
                } else {
                    kept.insert(sector);
                }
            }
        }
        lost
    }
}

/// The sectors that a write touches, each with the part of the file that it changes there.
fn sectors(at: usize, len: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let end = at + len;
    (at / SECTOR..end.div_ceil(SECTOR))
        .map(move |sector| (sector, at.max(sector * SECTOR)..end.min((sector + 1) * SECTOR)))
}

fn write(image: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[at..end].copy_from_slice(data);
}

fn apply(image: &mut Vec<u8>, call: &Call) {
    match call {
        Call::Write(_, at, data) => write(image, *at, data),
        Call::Cut(_, len) => image.resize(*len, 0),
        Call::Extend(_, len) => image.resize(image.len().max(*len), 0),
        _ => {}
    }
}

fn rename(names: &mut Names, call: &Call, inode: Option<usize>) {
    match (call, inode) {
        (Call::Create(file) | Call::Cut(file, _), Some(inode)) => {
            names.insert(file.clone(), Node::File(inode));
        }
        (Call::MakeFolder(folder), _) => {
            names.insert(folder.clone(), Node::Folder);
        }
        (Call::Remove(file), _) => {
            names.remove(file);
        }
        (Call::Rename(from, to), _) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
        _ => {}
    }
}
