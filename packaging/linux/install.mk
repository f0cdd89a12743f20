# Installs Poplar below PREFIX: `make install` for everybody (as root), `make user-install` for you alone.
PREFIX ?= /usr/local
FILES := $(patsubst usr/%,%,$(shell find usr -type f))

.PHONY: install uninstall user-install user-uninstall
install:
	for f in $(FILES); do \
		mode=644; [ "$$f" = bin/poplar ] && mode=755; \
		install -Dm$$mode "usr/$$f" "$(DESTDIR)$(PREFIX)/$$f" || exit 1; \
	done

uninstall:
	for f in $(FILES); do rm -f "$(DESTDIR)$(PREFIX)/$$f"; done

# The menu may not look into ~/.local/bin.
user-install:
	$(MAKE) install PREFIX="$(HOME)/.local"
	sed -i 's|^Exec=poplar|Exec="$(HOME)/.local/bin/poplar"|' "$(HOME)/.local/share/applications/app.poplar.Poplar.desktop"
	-update-desktop-database "$(HOME)/.local/share/applications"

user-uninstall:
	$(MAKE) uninstall PREFIX="$(HOME)/.local"
