// What capexd's exit codes mean (sysexits.h's numbers).
#pragma once

namespace capexdb::daemon {

inline constexpr int kExitOk = 0;
inline constexpr int kExitNegative = 1;  // check found faults
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadData = 65;   // a store or a dump that cannot be read
inline constexpr int kExitInternal = 70;  // I/O errors, our own faults
inline constexpr int kExitInUse = 75;     // retry later
inline constexpr int kExitConfig = 78;

}  // namespace capexdb::daemon
