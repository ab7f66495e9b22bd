# camnode_embed_assets(<target> <file>...): makes each file readable for the
# program as `camnode::assets::<name_with_underscores>`, a std::string_view, in
# the generated header "assets.hpp".
function(camnode_embed_assets target)
  set(header "#pragma once\n\n#include <string_view>\n\nnamespace camnode::assets {\n")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} name)
    file(READ ${file} text)
    string(APPEND header
           "\ninline constexpr std::string_view ${name} = R\"asset(${text})asset\";\n")
  endforeach()
  string(APPEND header "\n} // namespace camnode::assets\n")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/generated)
  file(CONFIGURE OUTPUT ${folder}/assets.hpp CONTENT "${header}" @ONLY)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
