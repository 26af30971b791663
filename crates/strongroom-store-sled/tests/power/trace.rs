//! What a process did to the files of one folder, read from `strace`: every call that changes or syncs something, with
//! the bytes it wrote, when it began and when it came back.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

/// The calls to record: all that can change a file or a name. One that this reader does not know fails the test rather
/// than going unseen.
pub(crate) const CALLS: &str = "trace=open,openat,openat2,creat,write,writev,pwrite64,pwritev,pwritev2,lseek,\
    ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,rename,renameat,renameat2,link,linkat,symlink,\
    symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,sync_file_range,mmap,io_uring_setup";

/// What a call does, in paths relative to the folder.
#[derive(Debug)]
pub(crate) enum Call {
    /// The writer's word that a batch was acknowledged.
    Acknowledge(u32),
    Create(PathBuf),
    Cut(PathBuf, usize),
    Extend(PathBuf, usize),
    MakeFolder(PathBuf),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
    /// `fsync` or `fdatasync` of a file, or `fsync` of the folder (an empty path). `sync_file_range` is not among them:
    /// it promises nothing.
    Sync(PathBuf),
    Write(PathBuf, usize, Vec<u8>),
}

/// A call began, or it came back; a process can be cut off anywhere in between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Event {
    Begin(usize),
    End(usize),
}

/// What happened, in order, over all the processes that were recorded one after the other.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) calls: Vec<Call>,
    pub(crate) events: Vec<Event>,
    /// The event with which each process began.
    pub(crate) starts: Vec<usize>,
}

impl Trace {
    /// Adds what one process did.
    pub(crate) fn read(&mut self, trace: &Path, folder: &Path) {
        self.starts.push(self.events.len());
        let mut reader = Reader { folder, positions: HashMap::new() };
        // What a thread began and has not come back from: the call, and the line it began with.
        let mut open_calls: HashMap<String, (Option<usize>, String)> = HashMap::new();
        let mut lines = BufReader::with_capacity(1 << 20, File::open(trace).unwrap());
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 0 {
            let (thread, call) = line.trim_end().split_once(' ').unwrap();
            let call = call.trim_start();
            if let Some(begin) = call.strip_suffix("<unfinished ...>") {
                // Its answer is not known yet; a call that changes something here and fails is not foreseen.
                let index = self.begin(reader.call(begin, None));
                open_calls.insert(thread.to_owned(), (index, begin.to_owned()));
            } else if let Some(resumed) = call.strip_prefix("<... ") {
                let (index, begin) = open_calls.remove(thread).unwrap();
                let answer = resumed.rsplit_once(" = ").unwrap().1;
                reader.answered(&begin, answer);
                assert!(index.is_none() || !answer.starts_with('-'), "a call failed: {answer}");
                self.events.extend(index.map(Event::End));
            } else if let Some((begin, answer)) = call.rsplit_once(" = ") {
                // A name that is asked for and is not there is no change.
                if !answer.starts_with('-') {
                    let index = self.begin(reader.call(begin, Some(answer)));
                    reader.answered(begin, answer);
                    self.events.extend(index.map(Event::End));
                }
            } else {
                assert!(call.starts_with("+++") || call.starts_with("---"), "what is this: {call:.80}");
            }
            line.clear();
        }
    }

    /// The call before a moment, for people.
    pub(crate) fn near(&self, moment: usize) -> String {
        match moment.checked_sub(1).map(|before| self.events[before]) {
            Some(Event::Begin(call) | Event::End(call)) => match &self.calls[call] {
                Call::Write(file, at, data) => {
                    format!("a write of {} bytes at {at} of {}", data.len(), file.display())
                }
                other => format!("{other:?}"),
            },
            None => "the beginning".to_owned(),
        }
    }

    fn begin(&mut self, call: Option<Call>) -> Option<usize> {
        let index = self.calls.len();
        self.calls.push(call?);
        self.events.push(Event::Begin(index));
        Some(index)
    }
}

struct Reader<'a> {
    folder: &'a Path,
    /// Where the next `write` to a descriptor goes.
    positions: HashMap<String, usize>,
}

impl Reader<'_> {
    fn call(&mut self, text: &str, answer: Option<&str>) -> Option<Call> {
        let (name, arguments) = text.split_once('(').unwrap();
        let path = |part: &str| Path::new(part).strip_prefix(self.folder).ok().map(Path::to_owned);
        let named = |nth: usize| path(arguments.split('"').nth(nth * 2 + 1).unwrap());
        let (descriptor, file) = arguments.split_once('<').unwrap_or(("", ""));
        let file = || path(file.split_once('>').unwrap().0);
        let number = |text: &str| text.trim_end_matches([')', ' ']).trim().parse::<usize>().unwrap();
        match name {
            "openat" => {
                let (file, flags) = (named(0)?, arguments.rsplit('"').next().unwrap());
                assert!(!flags.contains("O_TRUNC") || flags.contains("O_CREAT"), "a file cut by opening it");
                assert!(!flags.contains("O_APPEND") && !flags.contains("O_TMPFILE"), "opened with {flags}");
                flags.contains("O_CREAT").then_some(if flags.contains("O_TRUNC") {
                    Call::Cut(file, 0)
                } else {
                    Call::Create(file)
                })
            }
            "write" if descriptor == "1" => {
                let text = text.split_once("\\nack ")?.1;
                text.split_once("\\n").map(|(n, _)| Call::Acknowledge(n.parse().unwrap()))
            }
            "write" => {
                let (file, data) = (file()?, bytes(arguments));
                let at = *self.positions.get(descriptor).unwrap();
                self.positions.insert(descriptor.to_owned(), at + data.len());
                Some(Call::Write(file, at, data))
            }
            "pwrite64" => {
                let (file, data) = (file()?, bytes(arguments));
                let (rest, at) = arguments.rsplit_once(", ").unwrap();
                assert_eq!(
                    number(rest.rsplit_once(", ").unwrap().1),
                    data.len(),
                    "the whole data is recorded"
                );
                assert!(answer.is_none_or(|answer| answer == data.len().to_string()), "a short write");
                Some(Call::Write(file, number(at), data))
            }
            "ftruncate" => Some(Call::Cut(file()?, number(arguments.rsplit_once(", ").unwrap().1))),
            "fallocate" => {
                let (rest, len) = arguments.rsplit_once(", ").unwrap();
                let (rest, at) = rest.rsplit_once(", ").unwrap();
                assert_eq!(number(rest.rsplit_once(", ").unwrap().1), 0, "a plain extension");
                Some(Call::Extend(file()?, number(at) + number(len)))
            }
            "fsync" | "fdatasync" => file().map(Call::Sync),
            "mkdir" => named(0).map(Call::MakeFolder),
            "unlink" => named(0).map(Call::Remove),
            "rename" => Some(Call::Rename(named(0)?, named(1)?)),
            "lseek" | "sync_file_range" => None,
            _ => {
                assert!(
                    !text.contains(self.folder.to_str().unwrap()),
                    "a call that this test does not know: {text:.200}"
                );
                assert!(name != "io_uring_setup", "writes that strace does not see");
                None
            }
        }
    }

    /// What an answer says about the descriptors.
    fn answered(&mut self, begin: &str, answer: &str) {
        let (name, arguments) = begin.split_once('(').unwrap();
        let descriptor = match name {
            // A fresh descriptor starts at the beginning.
            "openat" => answer,
            "lseek" => arguments,
            _ => return,
        };
        let descriptor = descriptor.split('<').next().unwrap().to_owned();
        let at = if name == "lseek" { answer.parse().unwrap() } else { 0 };
        self.positions.insert(descriptor, at);
    }
}

/// The string among the arguments. Inside it every quote is escaped, behind it there is none.
fn bytes(arguments: &str) -> Vec<u8> {
    let text = arguments.split_once('"').unwrap().1.rsplit_once('"').unwrap().0;
    // The engine clears whole segments: zeros, a chunk at a time.
    let (mut text, mut bytes) = (text, Vec::new());
    let zeros = "\\0".repeat(1 << 12);
    while let Some(rest) = text.strip_prefix(zeros.as_str()) {
        text = rest;
        bytes.resize(bytes.len() + (1 << 12), 0);
    }
    let mut pieces = text.split('\\');
    bytes.extend_from_slice(pieces.next().unwrap().as_bytes());
    // An escaped backslash leaves an empty piece, and what follows it is plain.
    let mut plain = false;
    for piece in pieces {
        let piece = piece.as_bytes();
        let Some((first, rest)) = piece.split_first().filter(|_| !plain) else {
            if !plain {
                bytes.push(b'\\');
            }
            bytes.extend_from_slice(piece);
            plain = !plain;
            continue;
        };
        let digits = piece.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        let (byte, rest) = match first {
            b'0'..=b'7' => {
                let (octal, rest) = piece.split_at(digits);
                (octal.iter().fold(0, |value: u8, digit| (value << 3) | (digit - b'0')), rest)
            }
            b'n' => (b'\n', rest),
            b'r' => (b'\r', rest),
            b't' => (b'\t', rest),
            b'v' => (0x0b, rest),
            b'f' => (0x0c, rest),
            b'"' => (b'"', rest),
            _ => panic!("an escape that strace does not use"),
        };
        bytes.push(byte);
        bytes.extend_from_slice(rest);
    }
    bytes
}
