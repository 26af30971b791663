//! The program; see the library of this crate for what it does.

fn main() -> std::process::ExitCode {
    strongroom_cli::run(std::env::args_os())
}
