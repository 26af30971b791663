//! Looks for a value in the raw bytes of a folder, in every spelling in which it could lie there.

use super::world::hex;
use crate::error::CliError;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use memchr::memmem::Finder;
use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// A spelling shorter than this is found in random bytes by chance, and is not looked for.
const BYTES_MIN: usize = 6;
const WINDOW_BYTES: usize = 4 * 1024 * 1024;

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) file: String,
    pub(crate) spelling: &'static str,
}

/// What a search looked through.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) spellings: usize,
    pub(crate) sightings: Vec<Sighting>,
}

/// Looks for all values in all files below the folders.
pub(crate) fn search(folders: &[&Path], values: &[String]) -> Result<Searched, CliError> {
    let spellings: Vec<(&'static str, Vec<u8>)> = values
        .iter()
        .flat_map(|value| spellings(value))
        .filter(|(_, bytes)| bytes.len() >= BYTES_MIN)
        .collect();
    let finders: Vec<(&'static str, Finder<'_>)> =
        spellings.iter().map(|(name, bytes)| (*name, Finder::new(bytes))).collect();
    let mut searched = Searched { spellings: finders.len(), ..Searched::default() };
    for folder in folders {
        below(folder, &finders, &mut searched)?;
    }
    Ok(searched)
}

fn below(
    folder: &Path,
    finders: &[(&'static str, Finder<'_>)],
    searched: &mut Searched,
) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError::file(folder, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            below(&entry.path(), finders, searched)?;
        } else {
            file(&entry.path(), finders, searched)?;
        }
    }
    Ok(())
}

fn file(
    path: &Path,
    finders: &[(&'static str, Finder<'_>)],
    searched: &mut Searched,
) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError::file(path, &error);
    let mut from = File::open(path).map_err(failed)?;
    searched.files = searched.files.saturating_add(1);
    let overlap = finders.iter().map(|(_, finder)| finder.needle().len()).max().unwrap_or(0);
    let mut window: Vec<u8> = Vec::new();
    loop {
        // What a value could begin in stays for the next window.
        let keep = window.len().min(overlap);
        window.drain(..window.len().saturating_sub(keep));
        let most = u64::try_from(WINDOW_BYTES).unwrap_or(u64::MAX);
        let read = from.by_ref().take(most).read_to_end(&mut window).map_err(failed)?;
        if read == 0 {
            return Ok(());
        }
        searched.bytes = searched.bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        for (spelling, finder) in finders {
            if finder.find(&window).is_some() {
                let sighting = Sighting { file: path.display().to_string(), spelling };
                if !searched.sightings.contains(&sighting) {
                    searched.sightings.push(sighting);
                }
            }
        }
    }
}

fn spellings(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let utf8 = value.as_bytes();
    let mut all = vec![
        ("UTF-8", utf8.to_vec()),
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
        ("hex", hex(utf8).into_bytes()),
        ("HEX", hex(utf8).to_uppercase().into_bytes()),
    ];
    all.extend((0..3).filter_map(|shift| Some(("base64", base64_within(utf8, shift)?))));
    if !value.is_ascii() {
        all.extend(encoded(value, encoding_rs::GB18030).map(|bytes| ("GB18030", bytes)));
        all.extend(encoded(value, encoding_rs::BIG5).map(|bytes| ("Big5", bytes)));
    }
    all
}

/// The letters that are the same whatever stands around the value, `shift` bytes into a group of three.
fn base64_within(value: &[u8], shift: usize) -> Option<Vec<u8>> {
    let padded = [vec![0; shift], value.to_vec()].concat();
    let text = STANDARD_NO_PAD.encode(&padded).into_bytes();
    let first = shift.checked_mul(8)?.div_ceil(6);
    let last = padded.len().checked_mul(8)?.checked_div(6)?;
    text.get(first..last).map(<[u8]>::to_vec)
}

/// `None` where the encoding lacks a character of the value.
fn encoded(value: &str, encoding: &'static encoding_rs::Encoding) -> Option<Vec<u8>> {
    let mut encoder = encoding.new_encoder();
    let mut bytes = vec![0; encoder.max_buffer_length_from_utf8_without_replacement(value.len())?];
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(value, &mut bytes, true);
    bytes.truncate(written);
    (result == encoding_rs::EncoderResult::InputEmpty).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_every_spelling_and_across_windows() {
        let value = "王小明 13800138000";
        let dir = tempfile::tempdir().unwrap();
        for (at, (name, bytes)) in spellings(value).into_iter().enumerate() {
            let path = dir.path().join(at.to_string());
            let mut content = vec![b'.'; WINDOW_BYTES.checked_sub(3).unwrap()];
            content.extend(&bytes);
            fs::write(&path, content).unwrap();
            let found = search(&[dir.path()], &[value.to_owned()]).unwrap();
            assert!(found.sightings.iter().any(|one| one.spelling == name), "{name}");
            fs::remove_file(path).unwrap();
        }
        // Whatever stands around it in the base64 of a whole.
        for before in 0..6 {
            let text = STANDARD_NO_PAD.encode(format!("{}{value}{}", "x".repeat(before), "y".repeat(5)));
            fs::write(dir.path().join("whole"), text).unwrap();
            let found = search(&[dir.path()], &[value.to_owned()]).unwrap();
            assert_eq!(found.sightings.len(), 1, "{before}");
        }
        fs::write(dir.path().join("whole"), "王小 明13800138 000").unwrap();
        assert!(search(&[dir.path()], &[value.to_owned()]).unwrap().sightings.is_empty());
    }
}
