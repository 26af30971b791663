//! Networks, places, keys and tokens.

use crate::corpus::Variant::Plain;
use crate::corpus::check::{base58_encode, bech32_encode, github_checksum};
use crate::corpus::draw::{Draw, LOWER};
use crate::corpus::spec::Spec;
use crate::generate::SplitMix;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn ip_v4(rng: &mut SplitMix) -> String {
    let head = rng.one(&["10", "172.16", "192.168", "203.0.113", "198.51.100", "8.8", "47", "121", "36"]);
    let missing = 3_usize.saturating_sub(head.matches('.').count());
    let tail: Vec<String> = (0..missing).map(|_| rng.between(1, 254).to_string()).collect();
    format!("{head}.{}", tail.join("."))
}

fn ip_v6(rng: &mut SplitMix) -> String {
    let group = |rng: &mut SplitMix| format!("{:x}", rng.between(1, 0xffff));
    let (a, b, c) = (group(rng), group(rng), group(rng));
    match rng.number(3) {
        0 => format!("2001:db8:{a}::{b}"),
        1 => format!("fe80::{a}:{b}:{c}:{}", group(rng)),
        _ => format!("2001:db8:{a}:{b}:{c}:{}:{}:{}", group(rng), group(rng), group(rng)),
    }
}

fn mac(rng: &mut SplitMix) -> String {
    // A vendor's address, in lower or upper case; the separators come with the mask.
    let alphabet = rng.one(&["0123456789abcdef", "0123456789ABCDEF"]);
    let head = rng.one(&["00", "3C", "A4", "F0", "8C"]);
    let head = if alphabet.contains('A') { head.to_owned() } else { head.to_lowercase() };
    format!("{head}{}", rng.text(alphabet, 10))
}

fn coordinates(rng: &mut SplitMix) -> String {
    let (south, west) = (if rng.chance(15) { "-" } else { "" }, if rng.chance(25) { "-" } else { "" });
    let places = if rng.chance(50) { 4 } else { 6 };
    let (latitude, longitude) = (rng.between(10, 59), rng.between(70, 139));
    let comma = rng.one(&[", ", ","]);
    format!("{south}{latitude}.{}{comma}{west}{longitude}.{}", rng.digits(places), rng.digits(places))
}

fn aws_key(rng: &mut SplitMix) -> String {
    format!("AKIA{}", rng.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
}

fn github(rng: &mut SplitMix) -> String {
    let random = rng.text(BASE62, 30);
    let checksum = github_checksum(&random);
    format!("ghp_{random}{checksum}")
}

fn slack(rng: &mut SplitMix) -> String {
    let kind = rng.one(&["xoxb", "xoxb", "xoxp"]);
    let second = if kind == "xoxp" { format!("{}-", rng.digits(12)) } else { String::new() };
    format!(
        "{kind}-{}-{}-{second}{}",
        rng.pattern("^###########"),
        rng.pattern("^############"),
        rng.text(BASE62, 24)
    )
}

fn jwt(rng: &mut SplitMix) -> String {
    let header = rng.one(&[
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"typ":"JWT","alg":"RS256"}"#,
        r#"{"alg":"ES256","kid":"k1"}"#,
    ]);
    let payload = format!(r#"{{"sub":"{}","iat":17{}}}"#, rng.text(LOWER, 9), rng.digits(8));
    let signature = rng.text(&format!("{BASE62}-_"), 43);
    format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

fn private_key(rng: &mut SplitMix) -> String {
    let kind = rng.one(&["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"]);
    let mut text = format!("-----BEGIN {kind}-----\n");
    for _ in 0..rng.between(3, 9) {
        text.push_str(&rng.text(BASE64, 64));
        text.push('\n');
    }
    format!("{text}{}==\n-----END {kind}-----", rng.text(BASE64, 26))
}

fn credentials(rng: &mut SplitMix) -> String {
    let user = rng.one(&["svc_app", "crm", "root", "deploy", "report-ro", "admin"]);
    format!("{user}:{}", rng.text(&format!("{BASE62}!_-"), 12))
}

fn api_key(rng: &mut SplitMix) -> String {
    let len = rng.copy(&[32, 36, 40, 48]);
    match rng.number(5) {
        0 => rng.text("0123456789abcdef", len),
        _ => format!("{}{}", rng.one(&["", "", "sk_live_", "key-"]), rng.text(BASE62, len)),
    }
}

fn base58_address(rng: &mut SplitMix) -> String {
    let version = if rng.chance(60) { 0 } else { 5 };
    let payload: Vec<u8> =
        [version].into_iter().chain((0..20).map(|_| u8::try_from(rng.number(256)).unwrap_or(0))).collect();
    base58_encode(&payload)
}

fn bech32_address(rng: &mut SplitMix) -> String {
    // A program of 20 bytes is 160 bits, 32 groups of five; one of 32 bytes is 51 groups and a padded last one.
    let (version, groups, last) = if rng.chance(70) { (0, 31, 32) } else { (1, 51, 2) };
    let mut program = vec![version];
    program.extend((0..groups).map(|_| rng.number(32)));
    program.push(if last == 32 { rng.number(32) } else { rng.number(2).wrapping_mul(16) });
    bech32_encode("bc", &program)
}

/// The table.
pub(super) const SPECS: &[Spec] = &[
    Spec::new(
        "IP_ADDRESS",
        ip_v4,
        &["IP", "登录IP", "IP地址", "服务器地址", "来源IP"],
        &["IP位址", "登入IP", "IP"],
        &["IP", "IP address", "from IP", "server address", "client IP"],
    )
    .share(20)
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "IP_ADDRESS",
        ip_v6,
        &["IPv6地址", "IP", "登录IP"],
        &["IPv6位址", "IP位址"],
        &["IPv6", "IPv6 address", "IP"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "MAC_ADDRESS",
        mac,
        &["MAC地址", "网卡地址", "物理地址", "MAC"],
        &["MAC位址", "網卡位址"],
        &["MAC", "MAC address", "hardware address"],
    )
    .copied()
    .plain(&["##:##:##:##:##:##"])
    .dashed(&["##-##-##-##-##-##"])
    .bare(&[Plain]),
    Spec::new(
        "GEO_COORDINATES",
        coordinates,
        &["坐标", "经纬度", "GPS定位", "位置坐标", "GPS"],
        &["座標", "經緯度", "GPS定位"],
        &["coordinates", "GPS", "location (lat, lon)", "lat/lon", "geo"],
    )
    .copied(),
    Spec::new(
        "AWS_KEY",
        aws_key,
        &["访问密钥ID", "AWS密钥", "AccessKey"],
        &["AWS金鑰", "存取金鑰"],
        &["AWS access key", "access key ID", "AWS_ACCESS_KEY_ID"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "GITHUB_TOKEN",
        github,
        &["GitHub令牌", "代码库token"],
        &["GitHub權杖"],
        &["GitHub token", "personal access token", "GITHUB_TOKEN"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "SLACK_TOKEN",
        slack,
        &["Slack令牌", "机器人token"],
        &["Slack權杖"],
        &["Slack token", "bot token", "SLACK_BOT_TOKEN"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "JWT",
        jwt,
        &["令牌", "登录token", "会话令牌"],
        &["權杖", "登入token"],
        &["bearer token", "JWT", "session token", "Authorization"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "PRIVATE_KEY",
        private_key,
        &["私钥", "服务器私钥", "密钥文件"],
        &["私鑰", "金鑰檔案"],
        &["private key", "key file", "SSH key"],
    )
    .share(8)
    .copied()
    .lines()
    .bare(&[Plain]),
    Spec::new(
        "URL_CREDENTIALS",
        credentials,
        &["数据库连接", "连接串", "仓库地址"],
        &["資料庫連線", "連線字串"],
        &["connection string", "database URL", "DATABASE_URL", "feed"],
    )
    .copied()
    .framed(
        &["postgres://", "mysql://", "https://", "redis://", "ftp://", "mongodb://", "amqp://"],
        &[
            "@db-master:5432/crm",
            "@git.internal/team/app.git",
            "@cache-1:6379/0",
            "@files.example.com/in",
            "@localhost/app",
        ],
    )
    .bare(&[Plain]),
    Spec::new(
        "API_KEY",
        api_key,
        &["API密钥", "接口密钥", "api_key", "密钥"],
        &["API金鑰", "api_key"],
        &["api_key", "API key", "apikey", "secret_key", "access_token", "X-Api-Key", "client_secret"],
    )
    .share(15)
    .copied(),
    Spec::new(
        "CRYPTO_ADDRESS",
        base58_address,
        &["钱包地址", "比特币地址", "BTC地址"],
        &["錢包地址", "比特幣地址"],
        &["wallet", "bitcoin address", "BTC address", "wallet address"],
    )
    .copied()
    .bare(&[Plain]),
    Spec::new(
        "CRYPTO_ADDRESS",
        bech32_address,
        &["钱包地址", "BTC钱包"],
        &["錢包地址"],
        &["wallet address", "BTC", "bitcoin wallet"],
    )
    .copied()
    .bare(&[Plain]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::check::{base58_check, bech32, github_token};
    use crate::corpus::draw::{DIGITS, UPPER};

    #[test]
    fn what_is_encoded_decodes() {
        let mut rng = SplitMix::new(5);
        for _ in 0..200 {
            assert!(base58_check(&base58_address(&mut rng)));
            assert!(bech32(&bech32_address(&mut rng)));
            assert!(github_token(&github(&mut rng)));
            let token = jwt(&mut rng);
            let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
            serde_json::from_slice::<serde_json::Value>(&header).unwrap();
            assert!(aws_key(&mut rng).chars().all(|c| UPPER.contains(c) || DIGITS.contains(c)));
        }
    }
}
