# Runs at installation: the systemd units, with the place of the program written into them, and their
# default files. Needs `source` and `bindir`.
#
# Below /usr and /usr/local the settings are in /etc, as the FHS has it, elsewhere below the prefix.
set(etc /etc)
if(NOT CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$")
  set(etc "${CMAKE_INSTALL_PREFIX}/etc")
endif()

foreach(unit weir-export.service weir-stream.service weir-stream-once.service weir-stream.timer)
  set(installed "${CMAKE_INSTALL_PREFIX}/lib/systemd/system/${unit}")
  file(READ "${source}/${unit}" text)
  string(REPLACE "/usr/bin/weir" "${CMAKE_INSTALL_PREFIX}/${bindir}/weir" text "${text}")
  string(REPLACE "/usr/share/doc/" "${CMAKE_INSTALL_PREFIX}/share/doc/" text "${text}")
  string(REPLACE "/etc/default/" "${etc}/default/" text "${text}")
  message(STATUS "Installing: $ENV{DESTDIR}${installed}")
  file(WRITE "$ENV{DESTDIR}${installed}" "${text}")
endforeach()

# The flags in them are the user's.
foreach(name weir-export weir-stream)
  set(default "${etc}/default/${name}")
  if(NOT EXISTS "$ENV{DESTDIR}${default}")
    message(STATUS "Installing: $ENV{DESTDIR}${default}")
    configure_file("${source}/${name}.default" "$ENV{DESTDIR}${default}" COPYONLY)
  else()
    message(STATUS "Left as it is: $ENV{DESTDIR}${default}")
  endif()
endforeach()
