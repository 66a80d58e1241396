config_load() {
	uci load "$1"
}
