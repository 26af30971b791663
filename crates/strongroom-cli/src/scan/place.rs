//! From byte offsets to lines and columns, as an editor counts them.

use strongroom_dlp::{Encoding, decode};

/// The line and column, each from 1, of every offset. The offsets must not fall.
pub(super) fn places(
    bytes: &[u8],
    encoding: Encoding,
    offsets: impl Iterator<Item = usize>,
) -> Vec<(usize, usize)> {
    let (mut done, mut line, mut column) = (0_usize, 1_usize, 1_usize);
    offsets
        .map(|offset| {
            // From one offset to the next, so that a file of one long line is walked once.
            let between = decode(bytes.get(done..offset).unwrap_or_default(), encoding);
            for character in between.text().chars() {
                match character {
                    '\n' => (line, column) = (line.saturating_add(1), 1),
                    // A byte order mark takes no place.
                    '\u{feff}' if (line, column) == (1, 1) => {}
                    _ => column = column.saturating_add(1),
                }
            }
            done = done.max(offset);
            (line, column)
        })
        .collect()
}
