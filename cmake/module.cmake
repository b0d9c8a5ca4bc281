# capexdb_library(NAME SOURCES ... PUBLIC targets ... PRIVATE targets ...)
# One target per module; include paths start at the repository's root, and where a
# library is installed at CAPEXDB_DETAIL, in which the tree's headers stand.
include(GNUInstallDirs)
set(CAPEXDB_DETAIL capexdb/detail)
function(capexdb_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/${CAPEXDB_DETAIL}>)
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC}
                                PRIVATE $<BUILD_INTERFACE:capexdb_options> ${ARG_PRIVATE})
endfunction()

# capexdb_program(NAME SOURCES ... PRIVATE targets ...)
function(capexdb_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PRIVATE" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE capexdb_options ${ARG_PRIVATE})
endfunction()
