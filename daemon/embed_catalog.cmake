# cmake -DFILE=catalog.toml -DOUT=built_in_catalog.cc -P embed_catalog.cmake
file(READ "${FILE}" text)
string(FIND "${text}" ")catalog\"" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "${FILE} holds the delimiter of the literal it is written into")
endif()
file(WRITE "${OUT}" "#include \"daemon/catalog_file.h\"

namespace capexdb::daemon {

std::string_view built_in_catalog() {
  return R\"catalog(${text})catalog\";
}

}  // namespace capexdb::daemon
")
