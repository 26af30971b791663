//! What somebody may want to do.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// No action is called so. Action names are configuration, so the error quotes the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no action")]
pub struct UnknownAction(String);

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Something that is done to data or to the rules about it. Policies grant actions, the log records them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            /// Every action, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in policies and in the log.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

actions! {
    /// Say yes or no to somebody's request.
    Approve = "approve",
    /// Attach a document to a customer.
    Attach = "attach",
    /// Read, verify or checkpoint the log.
    Audit = "audit",
    /// Change the schema, the policy or the retention rules.
    Configure = "configure",
    /// Move a contract along its life: sign, change, end.
    Contract = "contract",
    /// Create a record.
    Create = "create",
    /// Run a customer's exit.
    Exit = "exit",
    /// Take data out as a file.
    Export = "export",
    /// Place a legal hold.
    Hold = "hold",
    /// Bring in many records from a file.
    Import = "import",
    /// See many records at once.
    List = "list",
    /// End somebody's access, or let them back in.
    Offboard = "offboard",
    /// Open an attached document.
    Open = "open",
    /// Print.
    Print = "print",
    /// Release a legal hold.
    Release = "release",
    /// Rotate keys or turn a key epoch.
    Rotate = "rotate",
    /// Find records by an exact value.
    Search = "search",
    /// Send to somebody.
    Send = "send",
    /// Share with somebody.
    Share = "share",
    /// Purge what is due.
    Sweep = "sweep",
    /// Change a record.
    Update = "update",
    /// See one record.
    View = "view",
}

impl Action {
    /// Whether the action takes data out of the vault, so that a scan and perhaps an approval stand before it.
    pub const fn is_egress(self) -> bool {
        matches!(self, Self::Export | Self::Print | Self::Send | Self::Share)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL.iter().copied().find(|a| a.name() == text).ok_or_else(|| UnknownAction(text.to_owned()))
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_by_its_name() {
        for action in Action::ALL {
            assert_eq!(action.name().parse::<Action>().unwrap(), *action);
        }
        assert!("View".parse::<Action>().is_err());
        assert!("*".parse::<Action>().is_err());
    }
}
