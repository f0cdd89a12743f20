package store

import (
	"context"
	"strconv"
)

// Bounds of tidying: what is free below slackPages is left for the messages to come, and one bite is short enough not
// to be felt by whoever waits to write.
const (
	slackPages = 1024 // 16 MiB
	tidyPages  = 512
)

// Tidy gives room that deleted messages left in the database back to the system, a bite at a time: as long as more is
// true there is something left to do. It is for quiet moments; nothing depends on it.
func (s *Store) Tidy(ctx context.Context) (more bool, err error) {
	s.removeFiles()
	err = s.write(ctx, "tidy the mail store", func(t *tx) error {
		var free, all int64
		if err := t.row("SELECT f.freelist_count, p.page_count FROM pragma_freelist_count f, pragma_page_count p", nil, &free, &all); err != nil {
			return err
		}
		spare := max(slackPages, all/10)
		if free <= spare {
			return nil
		}
		more = free-tidyPages > spare
		// It works page by page, as its rows are asked for.
		return t.each("PRAGMA incremental_vacuum("+strconv.Itoa(tidyPages)+")", nil, func(func(...any) error) error { return nil })
	})
	return more, err
}
