#pragma once

namespace weir {

/// Overwrites the passwords among a program's arguments, where they are in its memory: `ps` and
/// /proc/PID/cmdline show them no more. Those of all properties that -X may set, in every spelling,
/// and those in URLs. Whoever needs the arguments has to copy them before.
void hide_secrets(int argc, char** argv);

}  // namespace weir
