# Installs Poplar below PREFIX: `make install` for everybody (as root), `make user-install` for you alone.
PREFIX ?= /usr/local
SIZES := 16 32 64 128 256 512

.PHONY: install uninstall user-install user-uninstall
install:
	install -Dm755 poplar $(DESTDIR)$(PREFIX)/bin/poplar
	install -Dm644 app.poplar.Poplar.desktop $(DESTDIR)$(PREFIX)/share/applications/app.poplar.Poplar.desktop
	for s in $(SIZES); do install -Dm644 poplar-$$s.png $(DESTDIR)$(PREFIX)/share/icons/hicolor/$${s}x$$s/apps/app.poplar.Poplar.png; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/poplar $(DESTDIR)$(PREFIX)/share/applications/app.poplar.Poplar.desktop
	for s in $(SIZES); do rm -f $(DESTDIR)$(PREFIX)/share/icons/hicolor/$${s}x$$s/apps/app.poplar.Poplar.png; done

user-install:
	$(MAKE) install PREFIX=$(HOME)/.local
	sed -i 's|^Exec=poplar|Exec=$(HOME)/.local/bin/poplar|' $(HOME)/.local/share/applications/app.poplar.Poplar.desktop

user-uninstall:
	$(MAKE) uninstall PREFIX=$(HOME)/.local
