//! Addresses of networks, plates, dates of birth, coordinates and tokens: what is found, and its nearest refusals.

use super::all;
use crate::Entity;

#[test]
fn network_addresses() {
    all(
        Entity::IpAddress,
        &[
            "⟦2001:db8:85a3::8a2e:370:7334⟧",
            "⟦2001:0db8:0000:0000:0000:ff00:0042:8329⟧",
            "from ⟦fe80::1ff:fe23:4567:890a⟧.",
            "[⟦2001:db8:1:2::3⟧]:443",
            "⟦2001:db8:1::192.0.2.33⟧",
            // Too many groups, too long a group, two gaps, a stray letter, a time, a ratio.
            "2001:db8:1:2:3:4:5:6:7",
            "2001:db8:12345::1:2",
            "2001::db8::1:2:3",
            "2001:db8:1:2::3g",
            "12:34:56",
            "16:9",
            "std::u8",
            "a::1",
        ],
    );
    all(
        Entity::MacAddress,
        &[
            "⟦00:1A:2B:3C:4D:5E⟧",
            "mac ⟦00-1a-2b-3c-4d-5e⟧;",
            "MAC地址：⟦001a.2b3c.4d5e⟧",
            // The only digits are in the last group.
            "⟦AA:BB:CC:DD:EE:F0⟧,",
            "MAC地址：⟦aabb.ccdd.eef0⟧",
            "via ⟦aa-bb-cc-dd-ee-00⟧",
            "00:1A:2B:3C:4D",
            "00:1A:2B:3C:4D:5E:6F",
            "00:1A:2B:3C:4D:5G",
            "00:1A-2B:3C:4D:5E",
            "00:00:00:00:00:00",
            "ff:ff:ff:ff:ff:ff",
            "20:26:11:27:19:30",
            "0:1A:2B:3C:4D:5E",
        ],
    );
}

#[test]
fn licence_plates() {
    all(
        Entity::LicensePlate,
        &[
            "⟦京A12345⟧",
            "车牌号⟦沪B·8888X⟧",
            "⟦粤BD12345⟧",
            "⟦粤B12345D⟧",
            "⟦粤Z1234港⟧",
            "⟦粤Z1234澳⟧",
            "⟦浙A·D12345⟧",
            "车牌 ⟦AB 1234⟧",
            "車牌：⟦ABC-1234⟧",
            "車牌：ABC-1234-567890",
            "plate parked at 1550",
            "京A1234",
            "京A1234567",
            "京I12345",
            "京A1234O",
            "京a",
            "东A12345",
            "A12345",
            "AB 1234",
            "ABC-1234",
            "京AAAA345",
        ],
    );
}

#[test]
fn dates_of_birth() {
    all(
        Entity::DateOfBirth,
        &[
            "出生日期：⟦1980-01-02⟧",
            "生日 ⟦1980年1月2日⟧",
            "出生日期:⟦19800102⟧",
            "DOB: ⟦02/01/1980⟧",
            "date of birth ⟦2 January 1980⟧",
            "born on a farm, date of birth: ⟦Jan 2, 1980⟧",
            "生日：民國⟦69年1月2日⟧",
            "出生日期：⟦１９８０－０１－０２⟧",
            "生日 ⟦1980-01-02⟧T00:00:00",
            "生日：⟦2.1.1980⟧",
            "生日 1980-01-02T09:15:00",
            "1980-01-02",
            "日期：1980-01-02",
            "出生日期：1980-13-02",
            "出生日期：1980-02-30",
            "出生日期：1880-01-02",
            "出生日期：1980-01/02",
            "出生日期：1980-01",
            "DOB: 32/13/1980",
            "DOB: 2 Foo 1980",
        ],
    );
}

#[test]
fn coordinates() {
    all(
        Entity::GeoCoordinates,
        &[
            "坐标：⟦39.9042, 116.4074⟧",
            "GPS ⟦39.90420,116.40740⟧",
            "经纬度：⟦116.4074，39.9042⟧",
            "latitude, longitude: ⟦-33.8688, 151.2093⟧",
            "gps: ⟦51.5074° N, 0.1278° W⟧",
            "39.9042, 116.4074",
            "坐标：39.90, 116.40",
            "坐标：99.9042, 116.4074",
            "坐标：39.9042, 216.4074",
            "坐标：39.9042",
        ],
    );
}

#[test]
fn tokens() {
    let body = "abcDEF0123456789abcDEF01234567";
    let mut left = crc32fast::hash(body.as_bytes());
    let mut check = Vec::new();
    for _ in 0..6 {
        let digit = u8::try_from(left % 62).unwrap();
        left /= 62;
        check.push(match digit {
            0..=9 => b'0'.wrapping_add(digit),
            10..=35 => b'A'.wrapping_add(digit.wrapping_sub(10)),
            _ => b'a'.wrapping_add(digit.wrapping_sub(36)),
        });
    }
    check.reverse();
    let check = String::from_utf8(check).unwrap();
    let other = if check.ends_with('0') { check.replace('0', "1") } else { "000000".to_owned() };
    let found = format!("token=⟦ghp_{body}{check}⟧;");
    let wrong = [
        format!("ghp_{body}{other}"),
        format!("ghx_{body}{check}"),
        format!("ghp_{body}{check}A"),
        format!("ghp_{}{check}", body.replace('4', "5")),
    ];
    all(Entity::GithubToken, &[found.as_str()]);
    let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
    all(Entity::GithubToken, &wrong);
    // Put together here, so that no scanner takes the source for a leak.
    let slack = ["⟦xoxb-", "123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx⟧"].concat();
    all(
        Entity::SlackToken,
        &[
            &slack,
            "xoxq-123456789012-1234567890123-AbCdEfGhIjKl",
            "xoxb-12",
            "xoxb_123456789012_AbCdEfGhIjKl",
        ],
    );
    all(
        Entity::CryptoAddress,
        &[
            "⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧",
            "⟦BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4⟧",
            "⟦bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0⟧",
            "⟦0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe⟧",
            "⟦1111111111111111111114oLvT2⟧",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            // A 1 in front is a byte of zero: with one more or less there are not 25.
            "11111111111111111111114oLvT2",
            "111111111111111111114oLvT2",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            // Of BIP 350: a program of version 0 of 16 bytes, version 17, 41 bytes, padding that is not zero.
            "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
            "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
            "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
            "bc1qw508d6qejxtdg4y5r3zarvarY0c5xw7kv8f3t4",
            "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BA",
        ],
    );
    all(
        Entity::ApiKey,
        &[
            "api_key=⟦9f8e7d6c5b4a39281706f5e4d3c2b1a0⟧",
            "API key: \"⟦Zk3v9Qp1xW7rT5yU2mN8bV4cX6⟧\"",
            "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
            "api_key=11111111111111aa11111111",
            "api_key=short1a2b",
            "api_key=onlylettershereandnothingelse",
        ],
    );
}
