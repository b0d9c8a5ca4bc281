# Warnings and hardening for our own targets only; third-party headers are SYSTEM.
add_library(capexdb_options INTERFACE)
target_compile_options(capexdb_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wno-restrict  # false alarms on std::string in g++ 12 (GCC PR 105651)
  -Wnon-virtual-dtor -Woverloaded-virtual -Wunused-result -fstack-protector-strong
  $<$<BOOL:${CAPEXDB_WERROR}>:-Werror>
  $<$<CONFIG:Debug>:-Og>)
target_compile_definitions(capexdb_options INTERFACE _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
if(CAPEXDB_SANITIZE)
  # Global, so that gtest's and protobuf's inlined code agrees with ours. Lines are enough
  # for a report, and take a third less time to compile than all of -g.
  add_compile_options(-fsanitize=${CAPEXDB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${CAPEXDB_SANITIZE})
endif()

find_program(CAPEXDB_CCACHE ccache)
if(CAPEXDB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CAPEXDB_CCACHE})
endif()
