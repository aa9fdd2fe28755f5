# What `cmake --install` puts beside the program. The prefix may be another one at installation than
# it was at configuration (`cmake --install build/release --prefix /usr`), so whatever depends on it
# is decided by deploy/install_unit.cmake then.
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(
  DIRECTORY deploy/examples deploy/grafana deploy/prometheus deploy/pmacct
  DESTINATION ${CMAKE_INSTALL_DATADIR}/weir
  PATTERN "*.test.yml" EXCLUDE)
install(
  CODE "set(source \"${PROJECT_SOURCE_DIR}/deploy/systemd\")
        set(bindir \"${CMAKE_INSTALL_BINDIR}\")
        include(\"${PROJECT_SOURCE_DIR}/deploy/install_unit.cmake\")")
