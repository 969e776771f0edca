;;; segls.el --- Segment queries with eglot  -*- lexical-binding: t; -*-

;; Copy this file to a folder of your load-path and put (require 'segls) into
;; your init file.  It needs segls on the PATH, and eglot: built into Emacs 29,
;; a package (elpa-eglot in Debian) for Emacs 26 to 28.

;;; Code:

(require 'eglot)

(defvar segment-query-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?_ "w" table)
    table)
  "The syntax of segment queries: their comments and strings.")

(define-derived-mode segment-query-mode prog-mode "Segment Query"
  "Major mode for Dynamics 365 segment queries."
  (setq-local comment-start "// "
              comment-end ""
              indent-tabs-mode nil
              tab-width 2))

(add-to-list 'auto-mode-alist '("\\.seg\\'" . segment-query-mode))
(add-to-list 'eglot-server-programs '(segment-query-mode . ("segls")))
(add-hook 'segment-query-mode-hook #'eglot-ensure)

(defun segls--run (command)
  "Have segls run COMMAND on the query at point."
  (let* ((at (eglot--TextDocumentPositionParams))
         (answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                  (list :command command
                                        :arguments (vector (plist-get (plist-get at :textDocument) :uri)
                                                           (plist-get at :position))))))
    (if (seq-empty-p answer)
        (user-error "There is no query here")
      (elt answer 0))))

(defun segls-explain ()
  "Say in plain English what the query at point selects."
  (interactive)
  (display-message-or-buffer (plist-get (segls--run "seg.explain") :markdown) "*Segment query*"))

(defun segls-wire-form ()
  "Copy the query at point as the product takes it, on one line."
  (interactive)
  (kill-new (plist-get (segls--run "seg.wireForm") :query))
  (message "The query is copied as one line"))

(defun segls--rule-at-point ()
  "Return the name of the rule that found something at point, or in its line."
  (let ((found (or (flymake-diagnostics (point))
                   (flymake-diagnostics (line-beginning-position) (line-end-position)))))
    (or (seq-some (lambda (diagnostic)
                    (let ((data (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic))))
                      (and (equal (plist-get data :source) "seg") (plist-get data :code))))
                  found)
        (user-error "There is no finding with a page here"))))

(defun segls-rule (name)
  "Show the page of the rule NAME, by default of the one that found something at point."
  (interactive (list (segls--rule-at-point)))
  (let ((page (jsonrpc-request (eglot--current-server-or-lose) :workspace/textDocumentContent
                               (list :uri (concat "seg-rule:///" name ".md")))))
    (with-current-buffer (get-buffer-create "*Segment rule*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (plist-get page :text))
        (goto-char (point-min)))
      (view-mode 1)
      (display-buffer (current-buffer)))))

(defun segls-validate ()
  "Have your organization validate the query at point.
Segls shows itself what came of it, so nothing waits here."
  (interactive)
  (let ((at (eglot--TextDocumentPositionParams)))
    (jsonrpc-async-request (eglot--current-server-or-lose) :workspace/executeCommand
                           (list :command "seg.validate"
                                 :arguments (vector (plist-get (plist-get at :textDocument) :uri)
                                                    (plist-get at :position)))
                           :success-fn #'ignore
                           :error-fn (lambda (err) (message "%s" (plist-get err :message)))
                           :timeout 1200)))

(define-key segment-query-mode-map (kbd "C-c C-r") #'segls-rule)
(define-key segment-query-mode-map (kbd "C-c C-e") #'segls-explain)
(define-key segment-query-mode-map (kbd "C-c C-v") #'segls-validate)
(define-key segment-query-mode-map (kbd "C-c C-w") #'segls-wire-form)

(provide 'segls)
;;; segls.el ends here
