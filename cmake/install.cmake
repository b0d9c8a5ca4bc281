# What `cmake --install` puts where: the programs, and the client library for other
# projects (docs/client.md). Components: runtime, development.
include(CMakePackageConfigHelpers)

set(capexdb_package ${CMAKE_INSTALL_LIBDIR}/cmake/capexdb)
set(capexdb_data ${CMAKE_INSTALL_DATADIR}/capexdb)

install(TARGETS capex capexd RUNTIME COMPONENT runtime)
install(FILES config/capexd.toml DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/capexdb COMPONENT runtime)
install(FILES config/catalog.toml DESTINATION ${capexdb_data} COMPONENT runtime)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
# The prefix is known only now, and the unit names the program by its path.
install(CODE "
  get_filename_component(prefix \"\${CMAKE_INSTALL_PREFIX}\" ABSOLUTE)
  file(READ ${PROJECT_SOURCE_DIR}/config/capexd.service unit)
  string(REPLACE /usr/local/bin/capexd \"\${prefix}/${CMAKE_INSTALL_BINDIR}/capexd\"
         unit \"\${unit}\")
  file(WRITE \"\$ENV{DESTDIR}\${prefix}/lib/systemd/system/capexd.service\" \"\${unit}\")
" COMPONENT runtime)

# capexdb::client and what it is made of.
set(capexdb_exported model proto_v1 codec wire notation client)
foreach(name ${capexdb_exported})
  set_target_properties(capexdb_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS capexdb_${name} EXPORT capexdb ARCHIVE COMPONENT development)
endforeach()
install(DIRECTORY client/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
        FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/capexdb/v1
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/capexdb COMPONENT development
        FILES_MATCHING PATTERN "*.pb.h")
# Found as "proto/model/query.h", as in the tree, without a folder "proto" among the
# headers of everybody.
install(DIRECTORY proto/model DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${CAPEXDB_DETAIL}/proto
        COMPONENT development FILES_MATCHING PATTERN "*.h")
install(DIRECTORY proto/capexdb/v1 DESTINATION ${capexdb_data}/proto/capexdb
        COMPONENT development FILES_MATCHING PATTERN "*.proto")

install(EXPORT capexdb NAMESPACE capexdb:: FILE capexdb-targets.cmake
        DESTINATION ${capexdb_package} COMPONENT development)
configure_package_config_file(cmake/capexdb-config.cmake.in capexdb-config.cmake
  INSTALL_DESTINATION ${capexdb_package}
  PATH_VARS capexdb_data)
# Before 1.0 any minor version may break what was there.
write_basic_package_version_file(capexdb-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/capexdb-config.cmake
              ${PROJECT_BINARY_DIR}/capexdb-config-version.cmake
        DESTINATION ${capexdb_package} COMPONENT development)

file(RELATIVE_PATH capexdb_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" capexdb_to_prefix ${capexdb_to_prefix})
configure_file(cmake/capexdb.pc.in capexdb.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/capexdb.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)
