//! What we keep of the files we wrote: a hash of each, and the text itself, compressed.
//!
//! The hashes tell what a user changed since; the text is the base of every later merge.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::tree::{File, RelPath};

/// Where the hashes of the project's own files stand.
pub const RECORD: &str = ".ddd-forge/project.toml";

/// Where the text of the project's own files stands: gzip over a JSON object, path → text.
pub const BASE: &str = ".ddd-forge/project.base.json.gz";

/// How much is compressed at once, in bytes.
const PIECE: usize = 1 << 16;

/// Returns the record of `files`: the SHA-256 of each as written, in hexadecimal digits.
pub fn record(files: &BTreeMap<RelPath, File>) -> String {
    let mut document = DocumentMut::new();
    document.insert("files", Item::Table(hashes(files)));
    format!("# The files that `ddd-forge new` wrote, each with its SHA-256.\n\n{document}")
}

/// Returns the SHA-256 of each file as written, by its path.
pub fn hashes(files: &BTreeMap<RelPath, File>) -> Table {
    let mut hashes = Table::new();
    for (path, file) in files {
        hashes.insert(path.as_str(), value(sha256(&file.bytes)));
    }
    hashes
}

/// Makes a table of texts.
pub fn table(entries: &[(&str, &str)]) -> Item {
    let mut table = Table::new();
    for (key, text) in entries {
        table.insert(key, value(*text));
    }
    Item::Table(table)
}

/// Returns the text of `files`, compressed: the same bytes for the same files, anywhere.
pub fn base(files: &BTreeMap<RelPath, File>) -> Vec<u8> {
    let texts: BTreeMap<&str, _> = files
        .iter()
        .map(|(path, file)| (path.as_str(), String::from_utf8_lossy(&file.bytes)))
        .collect();
    // Higher levels save little, and cost as much as all else that `new` does.
    let encoder = GzBuilder::new().write(Vec::new(), Compression::new(2));
    // The compressor is slow where it is fed in crumbs, and the whole would be a second copy.
    let mut writer = BufWriter::with_capacity(PIECE, encoder);
    serde_json::to_writer(&mut writer, &texts).expect("the keys of the map are texts");
    let encoder = writer.into_inner().expect("memory takes what is written");
    encoder.finish().expect("memory takes what is written")
}

/// Returns the texts that [`base`] compressed, by path; nothing for what it did not make.
pub fn texts(compressed: &[u8]) -> Option<BTreeMap<String, String>> {
    serde_json::from_reader(BufReader::new(GzDecoder::new(compressed))).ok()
}

/// Returns the SHA-256 of `bytes` in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tells whether `hash` is the SHA-256 of `bytes` in hexadecimal digits.
pub fn is_sha256(bytes: &[u8], hash: &str) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = hash.as_bytes().as_chunks::<2>();
    let digest = Sha256::digest(bytes);
    let same = |(pair, byte): (&[u8; 2], &u8)| {
        let value = |high, low| high * 16 + low == u32::from(*byte);
        matches!((digit(pair[0]), digit(pair[1])), (Some(high), Some(low)) if value(high, low))
    };
    rest.is_empty() && pairs.len() == digest.len() && pairs.iter().zip(&digest).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BTreeMap<RelPath, File> {
        let path = |text| RelPath::parse(text).unwrap();
        BTreeMap::from([
            (path("b.py"), File::text("b = \"ü\"\n")),
            (path("a/.env"), File::text("")),
        ])
    }

    #[test]
    fn the_record_has_a_line_for_each_file() {
        let text = record(&files());
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(text.contains(&format!("\"a/.env\" = \"{empty}\"\n")), "{text}");
        assert!(text.parse::<DocumentMut>().unwrap()["files"]["b.py"].is_str());
    }

    #[test]
    fn the_base_gives_the_text_back() {
        let texts = texts(&base(&files())).unwrap();
        assert_eq!(texts["b.py"], "b = \"ü\"\n");
        assert_eq!(texts["a/.env"], "");
    }
}
