-- Segment queries in Neovim 0.7 and later: copy this file to
-- ~/.config/nvim/plugin/segls.lua. It needs segls on the PATH.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = "*.seg",
  callback = function()
    vim.bo.filetype = "segment-query"
  end,
})

local clients = {} -- of Neovim 0.7, which does not look for a running one itself

local function start(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  local found = vim.fs and vim.fs.find({ "seg.toml", ".git" }, { path = vim.fs.dirname(file), upward = true })[1]
  local config = {
    name = "segls",
    cmd = { "segls" },
    root_dir = found and vim.fs.dirname(found) or vim.fn.fnamemodify(file, ":p:h"),
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  clients[config.root_dir] = clients[config.root_dir] or vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buffer, clients[config.root_dir])
end

-- run has segls run a command on the query under the cursor.
local function run(command, done)
  local clients_here = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.lsp.buf_get_clients(0)
  for _, client in pairs(clients_here) do
    if client.name == "segls" then
      local at = vim.lsp.util.make_position_params(0, client.offset_encoding)
      local params = { command = command, arguments = { at.textDocument.uri, at.position } }
      vim.lsp.buf_request(0, "workspace/executeCommand", params, function(err, result)
        if err then
          vim.notify(err.message, vim.log.levels.ERROR)
        elseif result and result[1] then
          done(result[1])
        end
      end)
      return
    end
  end
  vim.notify("segls does not run here", vim.log.levels.ERROR)
end

vim.api.nvim_create_user_command("SegExplain", function()
  run("seg.explain", function(query)
    vim.lsp.util.open_floating_preview(vim.split(query.markdown, "\n"), "markdown", { wrap = true })
  end)
end, { desc = "Say in plain English what the query under the cursor selects" })

vim.api.nvim_create_user_command("SegWireForm", function()
  run("seg.wireForm", function(query)
    vim.fn.setreg('"', query.query)
    if vim.fn.has("clipboard") == 1 then
      vim.fn.setreg("+", query.query)
    end
    vim.notify("The query is copied as one line")
  end)
end, { desc = "Copy the query under the cursor as the product takes it" })

vim.api.nvim_create_user_command("SegValidate", function()
  run("seg.validate", function() end) -- segls shows itself what came of it
end, { desc = "Have your organization validate the query under the cursor" })

vim.api.nvim_create_autocmd("FileType", {
  pattern = "segment-query",
  callback = function(event)
    local buffer = event.buf or vim.api.nvim_get_current_buf()
    vim.bo[buffer].commentstring = "// %s"
    vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
    start(buffer)
  end,
})
