function index()
  local page = node("admin")
  page.sysauth = "root"
  entry({"admin", "run"}, call("action_run"))
end
function action_run(what)
  luci.sys.call("run " .. what)
end
