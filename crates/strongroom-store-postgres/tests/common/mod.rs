//! A private PostgreSQL: a fresh cluster in a temporary directory, on loopback, run by somebody who is not root.
//!
//! One cluster serves a test binary; each store has a schema of its own. Where `STRONGROOM_TEST_POSTGRES_URL` is set, the
//! tests that need nothing but a database use that. Where no server is installed, tests say that they are skipped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]
#![allow(dead_code, unreachable_pub, reason = "each test binary takes what it needs")]

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A running server, stopped and removed when dropped.
pub struct Cluster {
    root: TempDir,
    bin: PathBuf,
    pub port: u16,
}

/// Whoever skips says so where it is seen.
pub fn skip(why: &str) {
    use std::io::Write as _;
    assert!(env::var_os("STRONGROOM_TEST_NO_SKIP").is_none(), "would be skipped: {why}");
    let mut err = std::io::stderr().lock();
    writeln!(err, "skipped: {why}").unwrap();
}

/// Where the server's programs are.
fn bin() -> Option<PathBuf> {
    let has = |dir: &Path| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin")))
        .collect();
    versions.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    versions.into_iter().rev().chain(env::split_paths(&path)).find(|dir| has(dir))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// A command of the server's, as somebody who is not root: PostgreSQL refuses root.
fn as_somebody(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(mut command: Command, what: &str) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}{}", String::from_utf8_lossy(&output.stdout));
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// A fresh cluster with these lines added to its configuration; `None` where no server is installed.
    pub fn start(settings: &str) -> Option<Self> {
        let bin = bin()?;
        let root = TempDir::new().unwrap();
        own(root.path());
        let cluster = Self { root, bin, port: free_port() };
        let mut initdb = as_somebody(&cluster.bin.join("initdb"));
        initdb.args(["-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]);
        initdb.arg(cluster.data());
        run(initdb, "initdb");
        cluster.configure(settings);
        cluster.launch();
        Some(cluster)
    }

    /// A standby of this cluster that it may wait for, under a name.
    pub fn standby(&self, name: &str) -> Self {
        let root = TempDir::new().unwrap();
        own(root.path());
        let standby = Self { root, bin: self.bin.clone(), port: free_port() };
        let mut backup = as_somebody(&self.bin.join("pg_basebackup"));
        backup.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "owner",
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ]);
        backup.arg("-D").arg(standby.data());
        run(backup, "pg_basebackup");
        // A standby is known by its cluster's name.
        standby.configure(&format!("cluster_name = '{name}'\nsynchronous_standby_names = ''\n"));
        standby.launch();
        standby
    }

    /// Adds lines to the configuration; later lines win.
    pub fn configure(&self, settings: &str) {
        let path = self.data().join("postgresql.conf");
        let text = fs::read_to_string(&path).unwrap();
        let ours = format!(
            "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             max_connections = 60\nshared_buffers = 32MB\nlog_min_messages = fatal\n",
            self.port,
            self.root.path().display()
        );
        fs::write(&path, format!("{text}{ours}{settings}")).unwrap();
    }

    pub fn launch(&self) {
        run(
            self.control(&["start", "-w", "-t", "60", "-l"], Some(&self.root.path().join("log"))),
            "pg_ctl start",
        );
    }

    pub fn stop(&self, mode: &str) {
        run(self.control(&["stop", "-w", "-t", "60", "-m", mode], None), "pg_ctl stop");
    }

    pub fn promote(&self) {
        run(self.control(&["promote", "-w", "-t", "60"], None), "pg_ctl promote");
    }

    /// Kills the server and all its processes at once, as the loss of the machine would.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        let children = Command::new("pgrep").args(["-P", &pid]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        for pid in std::iter::once(pid.as_str()).chain(children.lines()) {
            let _gone = Command::new("kill").args(["-9", pid]).stderr(Stdio::null()).status().unwrap();
        }
    }

    pub fn url(&self, schema: &str) -> String {
        format!("postgres://owner@127.0.0.1:{}/postgres?sslmode=disable&schema={schema}", self.port)
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.root.path().join("log")).unwrap_or_default()
    }

    fn control(&self, args: &[&str], log: Option<&Path>) -> Command {
        let mut command = as_somebody(&self.bin.join("pg_ctl"));
        command.args(args).args(log).arg("-D").arg(self.data());
        // The server keeps what it inherits open; it must not hold a pipe of ours.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.control(&["stop", "-m", "immediate", "-w", "-t", "20"], None);
        let _stopped = stop.status();
    }
}

/// Gives a directory to the one who runs the server.
fn own(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
    }
}

/// The database of this test binary, and a schema that nobody else uses.
pub fn fresh_url() -> Option<String> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let schema = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    if let Ok(url) = env::var("STRONGROOM_TEST_POSTGRES_URL") {
        let sign = if url.contains('?') { '&' } else { '?' };
        return Some(format!("{url}{sign}schema={schema}"));
    }
    // A static is never dropped: the server is stopped by the guard process below.
    let cluster = SHARED.get_or_init(|| {
        let cluster = Cluster::start("fsync = on\n")?;
        guard(&cluster);
        Some(cluster)
    });
    if cluster.is_none() {
        skip("no PostgreSQL server is installed");
    }
    cluster.as_ref().map(|cluster| cluster.url(&schema))
}

/// Stops a shared cluster once this process is gone.
fn guard(cluster: &Cluster) {
    let script = "(while kill -0 \"$1\"; do sleep 0.2; done; kill -QUIT \"$(head -n 1 \"$2/postmaster.pid\")\"; \
                  sleep 1; rm -rf \"$3\") < /dev/null > /dev/null 2>&1 &";
    let started = Command::new("setsid")
        .args(["sh", "-c", script, "guard", &std::process::id().to_string()])
        .arg(cluster.data())
        .arg(cluster.root.path())
        .status();
    assert!(started.unwrap().success());
}

/// Waits until something is so, at most half a minute.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not come to be");
}
