package store

const victimRole = "POPLAR_STORE_VICTIM"

func victim(string) int { return 0 }
